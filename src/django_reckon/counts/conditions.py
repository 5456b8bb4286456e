"""
Conditions told apart without compiling them.

Compiling the WHERE clause is what a hit costs most. A condition made of Django's own
lookups, plain columns and plain values is determined by their names and values, so
these are enough; anything else is left to the compiler.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.core.exceptions import FullResultSet
from django.db.models import Lookup
from django.db.models.expressions import Col
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.where import WhereNode

from django_reckon.counts.reading import aliases_read
from django_reckon.ground.digest import encode, is_scalar
from django_reckon.ground.internals import bilateral_transforms, compiled

# Modules whose lookups of one name mean the same on the same column.
_BY_NAME: Final = (
    "django.db.models.lookups",
    "django.db.models.fields.related_lookups",
)
_SEQUENCES: Final = (list, tuple)


@dataclass(frozen=True, slots=True)
class Conditions:
    """
    What a WHERE clause asks.

    Attributes:
        form: What tells it from other clauses; empty when it admits every row.
        aliases: The tables it reads; None when it might name any, as raw SQL does.
    """

    form: tuple[object, ...] = ()
    aliases: frozenset[str] | None = frozenset()


def plain_conditions(where: WhereNode) -> Conditions | None:
    """Return what the clause asks; None when only the compiler can tell."""
    if not where.children:
        return Conditions()
    aliases: set[str] = set()
    form = _node(where, aliases)
    return None if form is None else Conditions((form,), frozenset(aliases))


def compiled_conditions(where: WhereNode, compiler: SQLCompiler) -> Conditions:
    """
    Return what any clause asks.

    Raises:
        EmptyResultSet: It admits no row.
    """
    try:
        sql, params = compiled(compiler, where)
    except FullResultSet:
        return Conditions()
    return Conditions((sql, list(params)), aliases_read([where]))


def _node(node: WhereNode, aliases: set[str]) -> bytes | None:
    if not node.children:
        # Admits every row; what that makes of its siblings, the compiler knows.
        return None
    parts = [f"{node.connector}{node.negated:d}{len(node.children)}(".encode()]
    for child in node.children:
        if isinstance(child, WhereNode):
            part = _node(child, aliases)
        elif isinstance(child, Lookup):
            part = _lookup(child, aliases)
        else:
            return None
        if part is None:
            return None
        parts.append(part)
    return b"".join(parts)


def _lookup(lookup: Lookup[object], aliases: set[str]) -> bytes | None:
    column, value = lookup.lhs, lookup.rhs
    # Subclasses of Col may compile to something else than the column.
    if type(column) is not Col or bilateral_transforms(lookup):
        return None
    name = _name(type(lookup))
    if name is None or not _is_plain(value):
        return None
    aliases.add(column.alias)
    # repr() tells texts apart, and quickly; values are told apart by type as well.
    return repr((name, column.alias, column.target.column)).encode() + encode(value)


def _name(kind: type[Lookup[object]]) -> str | None:
    """Return what tells a lookup from others; None for one that is not Django's."""
    if kind.__module__ in _BY_NAME:
        return kind.lookup_name
    if kind.__module__.startswith("django."):
        return f"{kind.__module__}.{kind.__qualname__}"
    return None


def _is_plain(value: object) -> bool:
    """Tell whether a value is itself, not an expression that makes one."""
    if type(value) in _SEQUENCES:
        # An empty IN admits no row at all, which the compiler says without a query.
        return bool(value) and all(map(is_scalar, value))  # type: ignore[call-overload]
    return is_scalar(value)
