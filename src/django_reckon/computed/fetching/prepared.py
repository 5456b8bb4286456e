"""
Rows that have one value in a column, read by a statement that is compiled once.

To build and compile a query takes Python several times as long as to run it and to make
a row of its answer, which is what a refresh after each write would mostly do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, QuerySet

from django_reckon.computed.fetching.hydrating import (
    can_skip_init,
    hydrated,
    is_lean,
    lean,
)
from django_reckon.ground.internals import AnyField, fetch_mode_of, selected_columns
from django_reckon.ground.statements import kept

_LOOKUP: Final = "exact"
_UNKNOWN: Final = object()


@dataclass(frozen=True, slots=True)
class Prepared:
    """
    A statement for the rows that have one value in a column.

    Attributes:
        compiler: What made it; Any, for the stubs leave out what is asked of it.
        sql: The statement, whose one parameter is that value.
        column: The column.
        names: The attributes that a row fills.
        converters: What makes of a row's values those of an instance.
        mode: How instances read what was left out.
    """

    compiler: Any
    sql: str
    column: AnyField
    names: list[str]
    converters: dict[int, Any]
    mode: Any

    def rows(self, value: Any) -> list[Model]:
        """Run the statement for a value, and return instances."""
        connection, model = self.compiler.connection, self.compiler.query.model
        with connection.cursor() as cursor:
            cursor.execute(self.sql, (_sent(self.column, value, connection),))
            found = cursor.fetchall()
        if self.converters:
            found = self.compiler.apply_converters(found, self.converters)
        alias, mode, names = connection.alias, self.mode, self.names
        return [hydrated(model, alias, mode, names, row) for row in found]


def rows_with(
    model: type[Model], alias: str, column: AnyField, value: Any, *, lock: bool = False
) -> list[Any]:
    """
    Return the rows of a model that have a value in a column; hence Any.

    Args:
        model: The model; they come in the order of its Meta.
        alias: The database.
        column: The column.
        value: The value; not None.
        lock: Hold the rows until the transaction ends, where the database can; they
            come in no order then.

    Cost:
        One query.
    """
    connection = connections[alias]
    key = (Prepared, model, column, lock)
    statements = kept(connection)
    statement: Prepared | object | None = statements.get(key, _UNKNOWN)
    # Whoever listens to the making of instances may come and go.
    if isinstance(statement, Prepared) and can_skip_init(model):
        return statement.rows(value)
    chosen = lean(_chosen(model, connection, column, value, lock=lock))
    if statement is _UNKNOWN and is_lean(chosen):
        statements[key] = _prepared(chosen, column, value)
    return list(chosen)


def _chosen(
    model: type[Model],
    connection: BaseDatabaseWrapper,
    column: AnyField,
    value: Any,
    *,
    lock: bool,
) -> QuerySet[Any]:
    rows: QuerySet[Any] = QuerySet(model, using=connection.alias)
    rows = rows.filter(**{f"{column.attname}__{_LOOKUP}": value})
    if not lock:
        return rows
    features = connection.features
    rows = rows.order_by()
    if not features.has_select_for_update:
        return rows
    return rows.select_for_update(no_key=features.has_select_for_no_key_update)


def _prepared(queryset: QuerySet[Any], column: AnyField, value: Any) -> Prepared | None:
    """Return the statement of a queryset; None if it may not be that of all values."""
    compiler: Any = queryset.query.get_compiler(using=queryset.db)
    try:
        sql, params = compiler.as_sql()
    except (EmptyResultSet, FullResultSet):
        return None
    if sql.count("%") != 1 or len(params) != 1:
        return None
    sent = _sent(column, value, compiler.connection)
    lookup: Any = column.get_lookup(_LOOKUP)
    if not lookup.__module__.startswith("django.") or not _is_equal(params[0], sent):
        # Each value may make another statement, or another parameter.
        return None
    names, start = selected_columns(compiler)
    expressions = [each[0] for each in compiler.select]
    if start or len(expressions) != len(names) or compiler.has_extra_select:
        return None
    converters = compiler.get_converters(expressions)
    return Prepared(compiler, sql, column, names, converters, fetch_mode_of(queryset))


def _sent(column: AnyField, value: Any, connection: BaseDatabaseWrapper) -> Any:
    """Return a value as Django's lookups hand it to the driver."""
    plain: Any = column.get_prep_value(value)
    return column.get_db_prep_value(plain, connection, prepared=True)


def _is_equal(first: object, second: object) -> bool:
    return type(first) is type(second) and first == second
