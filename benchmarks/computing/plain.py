"""
The face of plain Django: the same columns, which nobody keeps.

So the tables are the same for every side, and what a library costs is the difference.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.db import models


class ComputedFieldsModel(models.Model):
    """Is an ordinary model."""

    class Meta:
        abstract = True


# Any: a field takes the place of a function, as no type checker expects.
def computed(field: models.Field[Any, Any], **_: object) -> Callable[[Any], Any]:
    """Return the column instead of the function."""
    return lambda _function: field


def not_computed(**_: object) -> AbstractContextManager[None]:
    """Change nothing, for nothing is computed."""
    return nullcontext()
