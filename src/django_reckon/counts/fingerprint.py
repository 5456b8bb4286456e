"""
From a query to the digest its count is kept under.

Two queries share a digest only if they must have the same number of rows. What cannot
change that number (ordering, columns, related selections, unused annotations, joins
that neither drop nor repeat rows) stays out of it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.core.exceptions import FullResultSet
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.where import WhereNode

from django_reckon.counts.conditions import Conditions, plain_conditions
from django_reckon.counts.joins import Joins, aliases_in, decisive_joins
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
    if _has_plain_shape(query):
        conditions = plain_conditions(query.where)
        if conditions is not None or not _filters_groups(query.where):
            joins = _joins(query, conditions)
            if joins is not None:
                form = _rows_form(query, alias, joins, conditions)
                if not form:
                    return _all_rows(label, alias, tenant)
                return digest(label, alias, tenant, form)
    return digest(label, alias, tenant, _select_form(query, alias))


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


def _joins(query: Query, conditions: Conditions | None) -> Joins | None:
    if len(query.alias_map) <= 1:
        return {}
    filtering = aliases_in([query.where]) if conditions is None else conditions.aliases
    return decisive_joins(query, filtering)


def _rows_form(
    query: Query, alias: str, joins: Joins, conditions: Conditions | None
) -> list[Any]:
    """Return the joins that matter and the conditions; nothing for all rows."""
    form: list[Any] = []
    if joins or conditions is None:
        compiler = query.get_compiler(using=alias)
        form.extend(compiled(compiler, join) for join in joins.values())
        if conditions is None:
            form.extend(_where_form(query.where, compiler))
    if conditions is not None and query.where.children:
        form.append(conditions.form)
    return form


def _where_form(where: WhereNode, compiler: SQLCompiler) -> list[Any]:
    try:
        sql, params = compiled(compiler, where)
    except FullResultSet:
        return []
    return ["WHERE", sql, list(params)]


def _select_form(query: Query, alias: str) -> list[Any]:
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
