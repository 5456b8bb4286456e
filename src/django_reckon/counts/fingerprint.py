"""
From a query to the digest its count is kept under.

Two queries share a digest only if they must have the same number of rows. What cannot
change that number (ordering, columns, related selections, unused annotations, joins
that neither drop nor repeat rows) stays out of it.
"""

from __future__ import annotations

from functools import lru_cache

from django.db.models.sql import Query
from django.db.models.sql.where import WhereNode

from django_reckon.counts.conditions import compiled_conditions, plain_conditions
from django_reckon.counts.joins import decisive_joins
from django_reckon.ground.digest import digest
from django_reckon.ground.internals import compiled


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
        Nothing is compiled for conditions that compare columns with plain values;
        otherwise the WHERE clause; joins that matter; and the whole SELECT for a
        query with grouping, DISTINCT or a slice.
    """
    form = _rows_form(query, alias)
    if form is None:
        form = _select_form(query, alias)
    if not form:
        return _all_rows(label, alias, tenant)
    return digest(label, alias, tenant, form)


@lru_cache(maxsize=4096)
def _all_rows(label: str, alias: str, tenant: str) -> str:
    return digest(label, alias, tenant)


def _has_plain_shape(query: Query) -> bool:
    """Tell whether the rows are those of FROM and WHERE, taken as they come."""
    return not (
        query.is_sliced
        or query.distinct
        or query.combinator
        or query.extra_tables
        or isinstance(query.group_by, tuple)
        or any(getattr(a, "set_returning", False) for a in query.annotations.values())
    )


def _filters_groups(where: WhereNode) -> bool:
    """Tell whether conditions ask for aggregates or windows."""
    return where.contains_aggregate or where.contains_over_clause


def _rows_form(query: Query, alias: str) -> list[object] | None:
    """
    Return the joins that matter and the conditions, nothing for all rows.

    None when more than these decides the number of rows.
    """
    if not _has_plain_shape(query):
        return None
    conditions = plain_conditions(query.where)
    if conditions is None:
        if _filters_groups(query.where):
            return None
        compiler = query.get_compiler(using=alias)
        conditions = compiled_conditions(query.where, compiler)
    joins = decisive_joins(query, conditions.aliases)
    if joins is None:
        return None
    if not joins:
        return [*conditions.form]
    compiler = query.get_compiler(using=alias)
    return [*(compiled(compiler, each) for each in joins.values()), *conditions.form]


def _select_form(query: Query, alias: str) -> list[object]:
    """
    Return the whole SELECT, less what Django's own count() leaves out.

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
    return ["SELECT", sql, list(params)]
