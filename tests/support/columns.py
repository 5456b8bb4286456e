"""
What columns hold, read by statements that are made once.

Putting a query together takes Django longer than any of our databases takes to answer
it, and oracles ask the same again and again.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import connections
from django.db.models import Model, QuerySet

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["columns"]


def columns(
    model: type[Model], names: Sequence[str], *, alias: str = "default"
) -> list[Sequence[Any]]:
    """
    Return these columns of every row, ordered by key, as Django's fields read them.

    Any: values are whatever columns hold.
    """
    compiler, sql, parameters, converters = _statement(model, tuple(names), alias)
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: Iterable[Sequence[Any]] = cursor.fetchall()
    if converters:
        # Converted in place, in lists that are handed out one by one.
        rows = compiler.apply_converters(rows, converters)
    return list(rows)


@cache
def _statement(model: type[Model], names: tuple[str, ...], alias: str) -> Any:
    """Return a compiler and what it made of the question; Any: none of it has types."""
    rows: QuerySet[Any] = QuerySet(model, using=alias)
    query = rows.order_by("pk").values_list(*names).query
    compiler: Any = query.get_compiler(using=alias)
    sql, parameters = compiler.as_sql()
    converters = compiler.get_converters([column for column, *_ in compiler.select])
    return compiler, sql, parameters, converters
