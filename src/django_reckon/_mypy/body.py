"""What one walk over a function finds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from mypy.nodes import (
    ARG_OPT,
    ARG_POS,
    CallExpr,
    FuncDef,
    LambdaExpr,
    MemberExpr,
    NameExpr,
)

from django_reckon._mypy.bindings import Bindings
from django_reckon._mypy.parts import walk

Function: TypeAlias = FuncDef | LambdaExpr


@dataclass(slots=True)
class Body:
    """
    The parts of a function that matter.

    Attributes:
        reads: Attributes that are read.
        calls: Calls of what has a plain name.
        bindings: How names get their values.
    """

    reads: list[MemberExpr] = field(default_factory=list)
    calls: list[tuple[CallExpr, NameExpr]] = field(default_factory=list)
    bindings: Bindings = field(default_factory=Bindings)


def body_of(function: Function) -> Body:
    """Return what is found; all in one walk, for a project has thousands of them."""
    found = Body()
    bindings = found.bindings
    for statement in function.body.body:
        for node in walk(statement):
            bindings.add(node)
            if isinstance(node, MemberExpr):
                if id(node) not in bindings.written:
                    found.reads.append(node)
            elif isinstance(node, CallExpr) and isinstance(node.callee, NameExpr):
                found.calls.append((node, node.callee))
    return found


def parameters(function: Function) -> list[str]:
    """Return the names of the positional parameters."""
    return [
        each.variable.name
        for each in function.arguments
        if each.kind in {ARG_POS, ARG_OPT}
    ]


def attributes_of_first(function: Function) -> set[str]:
    """Return the names of attributes that are read of the first parameter."""
    first = parameters(function)[:1]
    return {
        node.name
        for node in body_of(function).reads
        if isinstance(node.expr, NameExpr) and node.expr.name in first
    }
