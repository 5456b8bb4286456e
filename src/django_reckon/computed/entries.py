"""
What the admin's listings of computed fields hang on.

The admin lists models, and grants access to models; but what these two list is not in
any table, it is the registry. So each is a proxy, of which Django makes neither a table
nor a column, in the state of migrations once and for all: it is there whatever
COMPUTEDFIELDS_ADMIN says, so switching that asks for no migration. A model without a
table, managed = False, would do as well until the first `dumpdata`, which reads every
model but proxies. They stand for content types because an entry of theirs is a model;
no row is ever read. Each brings one permission, to view it, and no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from django.contrib.contenttypes.models import ContentType


class ComputedModelEntry(ContentType):
    """A model with computed fields, as the admin lists it."""

    class Meta:
        proxy = True
        default_permissions: ClassVar[Sequence[str]] = ("view",)
        verbose_name = "model with computed fields"
        verbose_name_plural = "models with computed fields"


class ContributingModelEntry(ContentType):
    """A model whose foreign keys computed fields depend on, as the admin lists it."""

    class Meta:
        proxy = True
        default_permissions: ClassVar[Sequence[str]] = ("view",)
        verbose_name = "model with contributing foreign keys"
        verbose_name_plural = "models with contributing foreign keys"
