"""
Conditions told apart without compiling them.

Compiling the WHERE clause is what a hit costs most. A condition made of Django's own
lookups, plain columns and plain values is determined by their names and values, so
these are enough; anything else is left to the compiler.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from django.db.models import Lookup
from django.db.models.expressions import Col
from django.db.models.sql.where import WhereNode

from django_reckon.ground.digest import encode, is_scalar
from django_reckon.ground.internals import bilateral_transforms

# Modules whose lookups of one name mean the same on the same column.
_BY_NAME: Final = (
    "django.db.models.lookups",
    "django.db.models.fields.related_lookups",
)
_SEQUENCES: Final = (list, tuple)


@dataclass(slots=True)
class Conditions:
    """
    What a WHERE clause asks.

    Attributes:
        form: The clause as nested names and values, as bytes.
        aliases: The tables it reads.
    """

    form: bytes = b""
    aliases: set[str] = field(default_factory=set)


def plain_conditions(where: WhereNode) -> Conditions | None:
    """Return what the clause asks; None when only the compiler can tell."""
    found = Conditions()
    form = _node(where, found.aliases)
    if form is None:
        return None
    found.form = form
    return found


def _node(node: WhereNode, aliases: set[str]) -> bytes | None:
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
    return encode((name, column.alias, column.target.column, value))


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
