"""Writes that nobody sees: SQL by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connections

if TYPE_CHECKING:
    from django.db.models import Model

__all__ = ["raw_delete", "raw_update"]


def raw_update(
    model: type[Model],
    where: str = "1 = 1",
    /,
    *,
    using: str = "default",
    **values: Any,
) -> None:
    """Set columns of a model's table; Any: to whatever they hold."""
    quote = connections[using].ops.quote_name
    places = ", ".join(f"{quote(name)} = %s" for name in values)
    table = quote(model._meta.db_table)
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {places} WHERE {where}",
            list(values.values()),
        )


def raw_delete(model: type[Model], where: str, /, *, using: str = "default") -> None:
    """Delete rows of a model's table."""
    table = connections[using].ops.quote_name(model._meta.db_table)
    with connections[using].cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE {where}")
