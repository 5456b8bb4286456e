"""What the names in a function stand for."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from django_reckon._mypy.source import Function

# Builtins that give the rows that they are given.
ROWS_OF: Final = frozenset(
    {"iter", "list", "reversed", "set", "sorted", "tuple", "frozenset"}
)
# Builtins that call a function with each row: where the function and the rows stand.
_KEYED: Final = frozenset({"max", "min", "sorted"})
_MAPPED: Final = frozenset({"filter", "map"})


@dataclass(slots=True)
class Bindings:
    """
    Where a function gives its names their values.

    Attributes:
        values: name -> expressions that it is set to.
        items: name -> expressions whose items it runs through.
        opaque: Names that are bound in ways that are not followed.
    """

    values: dict[str, list[ast.expr]] = field(default_factory=dict)
    items: dict[str, list[ast.expr]] = field(default_factory=dict)
    opaque: set[str] = field(default_factory=set)


def parameters(function: Function) -> list[str]:
    """Return the names of the positional parameters."""
    arguments = function.args
    return [each.arg for each in (*arguments.posonlyargs, *arguments.args)]


def body_nodes(function: Function) -> list[ast.AST]:
    """Return every node of a function's body."""
    body = [function.body] if isinstance(function, ast.Lambda) else function.body
    return [node for statement in body for node in ast.walk(statement)]


def attributes_of_first(function: Function) -> set[str]:
    """Return the names of attributes that are read of the first parameter."""
    first = parameters(function)[:1]
    return {
        node.attr
        for node in body_nodes(function)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in first
    }


def bindings_of(nodes: Sequence[ast.AST]) -> Bindings:
    """Return how the nodes of a function's body bind names."""
    found = Bindings()
    # Targets that are followed; all others are not.
    seen: set[int] = set()
    for node in nodes:
        for name, value, is_item in _bound(node):
            if isinstance(name, ast.Name):
                several = found.items if is_item else found.values
                several.setdefault(name.id, []).append(value)
                seen.add(id(name))
            elif isinstance(name, ast.arg):
                found.items.setdefault(name.arg, []).append(value)
                seen.add(id(name))
    for node in nodes:
        if id(node) in seen:
            continue
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.opaque.add(node.id)
        elif isinstance(node, ast.arg):
            found.opaque.add(node.arg)
        elif (isinstance(node, ast.ExceptHandler) and node.name) or (
            isinstance(node, ast.MatchAs | ast.MatchStar) and node.name
        ):
            found.opaque.add(node.name)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            found.opaque.update(node.names)
    return found


def _bound(node: ast.AST) -> Iterator[tuple[ast.AST, ast.expr, bool]]:
    """Yield targets with what they are set to, or else what they run through."""
    match node:
        case ast.Assign(targets=targets, value=value):
            yield from ((target, value, False) for target in targets)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield target, value, False
        case ast.NamedExpr(target=target, value=value):
            yield target, value, False
        case ast.For(target=target, iter=rows) | ast.AsyncFor(target=target, iter=rows):
            yield target, rows, True
        case ast.comprehension(target=target, iter=rows):
            yield target, rows, True
        case ast.Call(func=ast.Name(id=name), args=[rows], keywords=keywords) if (
            name in _KEYED
        ):
            for keyword in keywords:
                if keyword.arg == "key" and isinstance(keyword.value, ast.Lambda):
                    yield from ((arg, rows, True) for arg in keyword.value.args.args)
        case ast.Call(func=ast.Name(id=name), args=[ast.Lambda() as each, rows]) if (
            name in _MAPPED
        ):
            yield from ((arg, rows, True) for arg in each.args.args)
