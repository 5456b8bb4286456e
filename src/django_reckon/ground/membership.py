"""Rows that have one of many keys, asked for by one list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Lookup
from django.db.models.lookups import In, IsNull
from django.db.models.sql import Query
from django.db.models.sql.where import AND, WhereNode
from typing_extensions import override

from django_reckon.ground.internals import AnyField, model_of
from django_reckon.ground.vendors import vendor_of

# From so many keys on, a list takes less time than a placeholder for each.
_MANY: Final = 100


class OneOf(In):
    """The lookup "in" with one parameter for all values, where a list can be one."""

    # Any: the stubs leave open what a lookup gets and gives.
    @override
    def get_prep_lookup(self) -> Any:
        """Return the values prepared; none of them is an expression, nor NULL."""
        column: AnyField = self.lhs.output_field
        return [column.get_prep_value(value) for value in self.rhs]

    def as_postgresql(self, compiler: Any, connection: BaseDatabaseWrapper) -> Any:
        """Return the SQL, and its parameters."""
        column: AnyField = self.lhs.output_field
        place = vendor_of(connection).list_place(_type(column, connection))
        if place is None:
            return self.as_sql(compiler, connection)
        sql, params = self.process_lhs(compiler, connection)
        values = [
            column.get_db_prep_value(value, connection, prepared=True)
            for value in self.rhs
        ]
        return f"{sql} = ANY({place})", [*params, values]


def pin(query: Query, keys: Sequence[Any] | Query) -> None:
    """
    Hold a query to the rows of these primary keys, beside its other conditions.

    Another query of the same table stands for the keys of its rows.
    """
    parts: Sequence[AnyField] = tuple(model_of(query)._meta.pk_fields)
    if isinstance(keys, Query) or len(keys) < _MANY or len(parts) > 1:
        add_filter: Any = query.add_filter
        add_filter("pk__in", keys)
        return
    alias: Any = query.get_initial_alias()
    lookup: Lookup[Any] = OneOf(parts[0].get_col(alias), list(keys))
    query.where.add(lookup, AND)


def hold(query: Query, values: Mapping[AnyField, Any]) -> None:
    """
    Hold a query to the rows that have these values, beside its other conditions.

    Args:
        query: One of a single table.
        values: Columns of that table, with plain values.
    """
    alias: Any = query.get_initial_alias()
    where = WhereNode([query.where], AND)
    for field, value in values.items():
        column = field.get_col(alias)
        exact: Any = field.get_lookup("exact")
        where.add(IsNull(column, True) if value is None else exact(column, value), AND)
    query.where = where


def _type(field: AnyField, connection: BaseDatabaseWrapper) -> str:
    return field.rel_db_type(connection) or field.db_type(connection) or ""
