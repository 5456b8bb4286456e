"""Which joins of a query can change its number of rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from django.db.models import ForeignKey, OneToOneRel
from django.db.models.sql import Query
from django.db.models.sql.constants import INNER
from django.db.models.sql.datastructures import Join

from django_reckon.counts.reading import aliases_read
from django_reckon.ground.internals import has_constraint, join_field, table_owner

# Joins in the order they were made, by their alias.
Joins: TypeAlias = dict[str, Join]


def decisive_joins(query: Query, filtering: frozenset[str] | None) -> Joins | None:
    """
    Return the joins that can change the number of rows of a plain query.

    Args:
        query: Neither sliced, distinct, combined nor grouped by columns.
        filtering: Aliases that its conditions read; None when that cannot be told.

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
    if filtering is None or any(join.filtered_relation for join in joins.values()):
        # Conditions that name tables in ways we do not read may need any join.
        return None if grouped else joins
    decisive = {*filtering} | {name for name in joins if _drops_rows(joins, name)}
    if not grouped:
        decisive |= {name for name, join in joins.items() if _repeats_rows(join)}
    elif not _groups_single_rows(joins, decisive, columns):
        return None
    needed = _with_parents(joins, decisive)
    return {name: join for name, join in joins.items() if name in needed}


def _groups_single_rows(
    joins: Joins, decisive: set[str], columns: Iterable[object]
) -> bool:
    """Tell whether each row of the table makes one group, whatever is aggregated."""
    grouping = aliases_read(columns)
    if grouping is None:
        return False
    asked = _with_parents(joins, decisive | grouping)
    return not any(_repeats_rows(joins[name]) for name in asked & joins.keys())


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
    return not isinstance(join_field(join), ForeignKey | OneToOneRel)


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
        # Of tables that Django does not make, nobody knows the constraints.
        and field.model._meta.managed
        and table_owner(field.related_model)._meta.managed
        and has_constraint(field)
    )
    return not certain
