"""Taking tables away for a while."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connections

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model

__all__ = ["without_table"]


@contextmanager
def without_table(model: type[Model], alias: str = "default") -> Iterator[None]:
    """Rename the model's table, so that it is missing, and name it back."""
    name = model._meta.db_table
    _rename(alias, name, f"{name}_gone")
    try:
        yield
    finally:
        _rename(alias, f"{name}_gone", name)


def _rename(alias: str, old: str, new: str) -> None:
    quote = connections[alias].ops.quote_name
    with connections[alias].cursor() as cursor:
        cursor.execute(f"ALTER TABLE {quote(old)} RENAME TO {quote(new)}")
