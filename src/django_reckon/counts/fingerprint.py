"""
From a query to the digest its count is kept under.

Two queries share a digest only if they must have the same number of rows. What cannot
change that number (ordering, columns, related selections, unused annotations, joins
that neither drop nor repeat rows) stays out of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.core.exceptions import FullResultSet
from django.db.models import ForeignKey
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.constants import INNER
from django.db.models.sql.datastructures import Join

from django_reckon.ground.digest import digest
from django_reckon.ground.internals import (
    columns_in,
    compiled,
    has_constraint,
    join_field,
)

# Joins in the order they were made, by their alias.
_Joins = dict[str, Join]


def fingerprint(query: Query, *, label: str, alias: str, tenant: str) -> str:
    """
    Return the 32 hexadecimal characters a count of the query is kept under.

    Covers the model, the database alias, the tenant, and of the query all that
    decides its number of rows: joins, conditions, grouping, DISTINCT, slice, and
    every parameter by value and type.

    Raises:
        EmptyResultSet: The query has no rows, whatever the table holds.
        NoDigestError: A parameter has no form that is the same in every process.

    Cost:
        Nothing is compiled for a query without conditions; the WHERE clause alone
        for one without grouping, DISTINCT and slice; else the whole SELECT.
    """
    if _is_bare(query):
        return _bare(label, alias, tenant)
    sql, params = _counted_sql(query, alias)
    return digest(label, alias, tenant, sql, params)


@lru_cache(maxsize=4096)
def _bare(label: str, alias: str, tenant: str) -> str:
    return digest(label, alias, tenant)


def _is_bare(query: Query) -> bool:
    """Tell whether the query means all rows of its table."""
    return (
        not query.where.children
        and len(query.alias_map) <= 1
        and not query.annotations
        and _has_plain_shape(query)
    )


def _has_plain_shape(query: Query) -> bool:
    """Tell whether the rows are those of FROM and WHERE, taken as they come."""
    return not (
        query.is_sliced
        or query.distinct
        or query.combinator
        or query.extra_tables
        or isinstance(query.group_by, tuple)
    )


def _counted_sql(query: Query, alias: str) -> tuple[str, list[Any]]:
    if _has_plain_shape(query) and not _filters_groups(query):
        joins = _decisive_joins(query)
        if joins is not None:
            return _rows_sql(query, query.get_compiler(using=alias), joins)
    return _select_sql(query, alias)


def _filters_groups(query: Query) -> bool:
    """Tell whether WHERE asks for aggregates or windows, or a column repeats rows."""
    return (
        query.where.contains_aggregate
        or query.where.contains_over_clause
        or any(
            getattr(annotation, "set_returning", False)
            for annotation in query.annotations.values()
        )
    )


def _rows_sql(
    query: Query, compiler: SQLCompiler, joins: _Joins
) -> tuple[str, list[Any]]:
    """Compile the joins that matter and the WHERE clause, nothing else."""
    parts: list[str] = []
    params: list[Any] = []
    for join in joins.values():
        sql, values = compiled(compiler, join)
        parts.append(sql)
        params.extend(values)
    try:
        sql, values = compiled(compiler, query.where)
    except FullResultSet:
        sql, values = "", ()
    return " ".join([*parts, "WHERE", sql]), [*params, *values]


def _select_sql(query: Query, alias: str) -> tuple[str, list[Any]]:
    """
    Compile the whole SELECT, less what Django's own count() leaves out.

    The ordering stays where it decides which rows a slice or DISTINCT ON takes.
    """
    clone = query.clone()
    clone.select_for_update = False
    clone.select_related = False
    clone.clear_deferred_loading()
    # Django 6.1 keeps an ordering that adds columns to GROUP BY; earlier ones never.
    if getattr(clone, "orderby_issubset_groupby", True):
        clone.clear_ordering(force=False)
    sql, params = clone.get_compiler(using=alias).as_sql()
    return sql, list(params)


def _decisive_joins(query: Query) -> _Joins | None:
    """
    Return the joins that can change the number of rows.

    None when that number also depends on grouping: an aggregate groups by primary
    key, which undoes the repetition that the conditions' own joins bring.
    """
    joins = _used_joins(query)
    if not joins:
        return joins
    columns = [item for item in query.annotations.values() if not _aggregates(item)]
    grouped = len(columns) < len(query.annotations)
    decisive = _aliases([query.where])
    decisive |= {name for name in joins if _drops_rows(joins, name)}
    if grouped:
        asked = _with_parents(joins, decisive | _aliases(columns))
        if any(_repeats_rows(joins[name]) for name in asked & joins.keys()):
            return None
    else:
        decisive |= {name for name, join in joins.items() if _repeats_rows(join)}
    needed = _with_parents(joins, decisive)
    return {name: join for name, join in joins.items() if name in needed}


def _used_joins(query: Query) -> _Joins:
    return {
        name: join
        for name, join in query.alias_map.items()
        if isinstance(join, Join) and query.alias_refcount[name]
    }


def _aggregates(annotation: object) -> bool:
    return bool(getattr(annotation, "contains_aggregate", True))


def _aliases(expressions: Iterable[object]) -> set[str]:
    """Return the aliases that the expressions read, subqueries' outer ones included."""
    return {column.alias for column in columns_in(expressions)}


def _with_parents(joins: _Joins, names: set[str]) -> set[str]:
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


def _drops_rows(joins: _Joins, name: str) -> bool:
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
