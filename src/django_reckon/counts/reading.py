"""Which tables expressions read."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, Lookup, Subquery, Value
from django.db.models.expressions import BaseExpression, Col, RawSQL
from django.db.models.sql import Query
from django.db.models.sql.where import WhereNode


def aliases_read(expressions: Iterable[object]) -> frozenset[str] | None:
    """
    Return the aliases that expressions name, those inside their subqueries too.

    None when that cannot be told: raw SQL, templates of one's own and expressions
    that are not Django's may name any table.
    """
    aliases: set[str] = set()
    rest = list(expressions)
    while rest:
        expression = rest.pop()
        if type(expression) is Col:
            aliases.add(expression.alias)
            continue
        parts = _parts(expression)
        if parts is None:
            return None
        rest.extend(parts)
    return frozenset(aliases)


def _parts(expression: object) -> Iterable[object] | None:
    """Return what an expression consists of; None when it may hide something."""
    match expression:
        case WhereNode():
            return expression.children
        case Lookup() if _is_django(expression):
            return (expression.lhs, expression.rhs)
        case Subquery() if _is_plain_subquery(expression):
            return (expression.query,)
        case Query():
            return _query_parts(expression)
        case Value() if _is_django(expression):
            return ()
        case list() | tuple() | set():
            return expression
        case Subquery() | Value():
            return None
        case BaseExpression():
            return _expression_parts(expression)
    return None if hasattr(expression, "as_sql") else ()


def _is_plain_subquery(expression: Subquery) -> bool:
    """Tell whether a subquery is written the way Django writes it."""
    kind = type(expression)
    return (
        kind in (Subquery, Exists)
        and expression.template == kind.template
        and not getattr(expression, "extra", None)
    )


def _query_parts(query: Query) -> Iterable[object] | None:
    joins = query.alias_map.values()
    if (
        query.combined_queries
        or query.extra_tables
        or query.extra
        or any(getattr(join, "filtered_relation", None) for join in joins)
    ):
        return None
    return (query.where, *query.annotations.values(), *query.select)


def _expression_parts(expression: BaseExpression) -> Iterable[object] | None:
    if isinstance(expression, RawSQL) or not _is_django(expression):
        return None
    # What a function got beside its arguments may be SQL of the user's own.
    if getattr(expression, "extra", None):
        return None
    # Some keep an expression beside those they tell of, such as a search its language.
    hidden = [kept for kept in vars(expression).values() if _is_expression(kept)]
    return [*filter(_is_expression, expression.get_source_expressions()), *hidden]


def _is_expression(value: object) -> bool:
    return hasattr(value, "resolve_expression") or hasattr(value, "as_sql")


def _is_django(expression: object) -> bool:
    return type(expression).__module__.startswith("django.")
