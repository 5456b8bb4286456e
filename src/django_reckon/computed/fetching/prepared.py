"""Instances that have one value in a column, read by a statement compiled once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, QuerySet

from django_reckon.computed.fetching.filling import Fill, filler
from django_reckon.computed.fetching.hydrating import (
    can_skip_init,
    hydrated,
    is_lean,
    lean,
)
from django_reckon.ground.internals import AnyField, fetch_mode_of, selected_columns
from django_reckon.ground.statements import Statement, compiled, kept

_LOOKUP: Final = "exact"
_UNKNOWN: Final = object()


@dataclass(frozen=True, slots=True)
class Prepared:
    """
    A statement for the rows that have one value in a column.

    Attributes:
        statement: The statement.
        fill: Puts a row into an instance.
        mode: How instances read what was left out.
    """

    statement: Statement
    fill: Fill
    mode: Any

    def rows(self, value: Any) -> list[Model]:
        """Run the statement for a value, and return instances."""
        compiler: Any = self.statement.compiler
        alias, model = compiler.connection.alias, compiler.query.model
        found = self.statement.rows(value)
        return list(hydrated(model, alias, self.mode, self.fill, found))


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
    statement = compiled(compiler, column, value)
    if statement is None:
        return None
    names, start = selected_columns(compiler)
    if start or len(compiler.select) != len(names) or compiler.has_extra_select:
        return None
    return Prepared(statement, filler(compiler), fetch_mode_of(queryset))
