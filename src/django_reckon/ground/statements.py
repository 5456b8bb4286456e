"""
What was worked out for the statements of a connection, and those compiled once.

It hangs on the connection, for nearly everything that a compiler does asks it: its
product, its settings, the version of its server.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db.backends.base.base import BaseDatabaseWrapper

from django_reckon.ground.internals import AnyField

_ATTRIBUTE = "_reckon_statements"
# Replaced by forget(); whatever was kept for another one is out of date.
_era = object()


def kept(connection: BaseDatabaseWrapper) -> dict[Hashable, Any]:
    """
    Return what the users of this module keep for a connection, to read and to add to.

    Any: each knows what it put under its own names.
    """
    era, found = vars(connection).get(_ATTRIBUTE, (None, None))
    if era is not _era:
        found = {}
        vars(connection)[_ATTRIBUTE] = (_era, found)
    there: dict[Hashable, Any] = found
    return there


def forget() -> None:
    """Let everything be worked out again, on every connection."""
    global _era
    _era = object()


@dataclass(frozen=True, slots=True)
class Statement:
    """
    A SELECT for the rows that have one value in a column.

    To build and compile a query takes Python several times as long as to run it.

    Attributes:
        compiler: What made it, executed or not; Any, for the stubs leave out what is
            asked of it.
        sql: Its text, whose one parameter is that value.
        column: The column.
        converters: What makes of the driver's values those of Python, by place.
    """

    compiler: Any
    sql: str
    column: AnyField
    converters: dict[int, Any]

    def rows(self, value: Any) -> list[Sequence[Any]]:
        """Run it for a value, and return what it selects; Any, as the columns hold."""
        connection = self.compiler.connection
        with connection.cursor() as cursor:
            cursor.execute(self.sql, (_sent(self.column, value, connection),))
            found: list[Sequence[Any]] = cursor.fetchall()
        if self.converters:
            found = list(self.compiler.apply_converters(found, self.converters))
        return found


def compiled(compiler: Any, column: AnyField, value: Any) -> Statement | None:
    """
    Return the statement of a compiler, which asks for a value in a column.

    None if it may not be the statement for all other values as well.
    """
    try:
        sql, params = compiler.as_sql()
    except (EmptyResultSet, FullResultSet):
        return None
    if sql.count("%") != 1 or len(params) != 1:
        return None
    sent = _sent(column, value, compiler.connection)
    lookup: Any = column.get_lookup("exact")
    if not lookup.__module__.startswith("django.") or not _is_equal(params[0], sent):
        # Each value may make another statement, or another parameter.
        return None
    converters = compiler.get_converters([each[0] for each in compiler.select])
    return Statement(compiler, sql, column, converters)


def _sent(column: AnyField, value: Any, connection: BaseDatabaseWrapper) -> Any:
    """Return a value as Django's lookups hand it to the driver."""
    plain: Any = column.get_prep_value(value)
    return column.get_db_prep_value(plain, connection, prepared=True)


def _is_equal(first: object, second: object) -> bool:
    return type(first) is type(second) and first == second
