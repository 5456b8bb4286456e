"""Computed fields of a test's own models."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import Model

from django_reckon.computed.listening import listen


@contextmanager
def isolated_registry(*models: type[Model]) -> Iterator[None]:
    """
    Let the computed fields of these models be all there are while the block runs.

    Define them under Django's isolate_apps(), so that they are no part of the project.
    Those of the project are not computed meanwhile, in any thread of this process.
    COMPUTEDFIELDS_ALLOW_RECURSION is read anew.

    Args:
        models: With those that their rules lead to, if these have computed fields.
    """
    listen(models)
    try:
        yield
    finally:
        listen()
