"""The rules of a computed field, as they are written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mypy.nodes import CallExpr, Context, Expression, ListExpr, StrExpr, TupleExpr

from django_reckon._mypy.calls import argument


@dataclass(frozen=True, slots=True)
class Rule:
    """
    One rule.

    Attributes:
        path: The relation, by dots.
        at: Where that is written.
        names: The columns, each with the place where it is written.
    """

    path: str
    at: Context
    names: tuple[tuple[str, Context], ...]


def written_rules(call: CallExpr) -> list[Rule] | None:
    """Return what a declaration lists; None where that is not written out in it."""
    depends = depends_of(call)
    if depends is None:
        return []
    if not isinstance(depends, ListExpr | TupleExpr):
        return None
    rules = [_rule(item) for item in depends.items]
    found = [rule for rule in rules if rule is not None]
    return found if len(found) == len(rules) else None


def rules_at(node: Context, rules: Iterable[tuple[str, Iterable[str]]]) -> list[Rule]:
    """Return rules that are written elsewhere, as if they stood at one place."""
    return [
        Rule(path, node, tuple((name, node) for name in names)) for path, names in rules
    ]


def depends_of(call: CallExpr) -> Expression | None:
    """Return the argument that holds the rules."""
    # Second of computed(); ComputedField() takes it by name only.
    return argument(call, "depends", 1)


def _rule(item: Expression) -> Rule | None:
    if not isinstance(item, ListExpr | TupleExpr) or len(item.items) != 2:
        return None
    path, names = item.items
    if not isinstance(path, StrExpr) or not isinstance(names, ListExpr | TupleExpr):
        return None
    written = [name for name in names.items if isinstance(name, StrExpr)]
    if len(written) != len(names.items):
        return None
    return Rule(path.value, path, tuple((name.value, name) for name in written))
