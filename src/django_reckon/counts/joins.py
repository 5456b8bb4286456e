"""Which joins of a query can change its number of rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from django.db.models import ForeignKey
from django.db.models.sql import Query
from django.db.models.sql.constants import INNER
from django.db.models.sql.datastructures import Join

from django_reckon.ground.internals import columns_in, has_constraint, join_field

# Joins in the order they were made, by their alias.
Joins: TypeAlias = dict[str, Join]


def aliases_in(expressions: Iterable[object]) -> set[str]:
    """Return the tables that expressions read, those of outer queries included."""
    return {column.alias for column in columns_in(expressions)}


def decisive_joins(query: Query, filtering: set[str]) -> Joins | None:
    """
    Return the joins that can change the number of rows of a plain query.

    Args:
        query: Neither sliced, distinct, combined nor grouped by columns.
        filtering: Aliases that its conditions read.

    Returns:
        Joins by alias, in order. None when the number also depends on grouping: an
        aggregate groups by primary key, which undoes the repetition that other joins
        bring.
    """
    joins = _used(query)
    if not joins:
        return joins
    columns = [item for item in query.annotations.values() if not _aggregates(item)]
    grouped = len(columns) < len(query.annotations)
    decisive = filtering | {name for name in joins if _drops_rows(joins, name)}
    if grouped:
        asked = _with_parents(joins, decisive | aliases_in(columns))
        if any(_repeats_rows(joins[name]) for name in asked & joins.keys()):
            return None
    else:
        decisive |= {name for name, join in joins.items() if _repeats_rows(join)}
    needed = _with_parents(joins, decisive)
    return {name: join for name, join in joins.items() if name in needed}


def _used(query: Query) -> Joins:
    if len(query.alias_map) <= 1:
        return {}
    return {
        name: join
        for name, join in query.alias_map.items()
        if isinstance(join, Join) and query.alias_refcount[name]
    }


def _aggregates(annotation: object) -> bool:
    return bool(getattr(annotation, "contains_aggregate", True))


def _with_parents(joins: Joins, names: set[str]) -> set[str]:
    """Return the names and every join on the way to them."""
    found = set(names)
    for name in reversed(joins):
        parent = joins[name].parent_alias
        if name in found and parent is not None:
            found.add(parent)
    return found


def _repeats_rows(join: Join) -> bool:
    """Tell whether a row may find several partners."""
    field = join_field(join)
    return not (field.many_to_one or field.one_to_one)


def _drops_rows(joins: Joins, name: str) -> bool:
    """Tell whether a row may be lost for want of a partner."""
    join = joins[name]
    if join.join_type != INNER:
        return False
    parent = joins.get(join.parent_alias)
    field = join_field(join)
    certain = (
        (parent is None or parent.join_type == INNER)
        and isinstance(field, ForeignKey)
        and not field.null
        and has_constraint(field)
        and join.filtered_relation is None
    )
    return not certain
