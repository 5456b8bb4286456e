"""What the names in a function stand for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from mypy.nodes import (
    Argument,
    AssignmentExpr,
    AssignmentStmt,
    CallExpr,
    ClassDef,
    DelStmt,
    DictionaryComprehension,
    Expression,
    ForStmt,
    FuncDef,
    GeneratorExpr,
    GlobalDecl,
    LambdaExpr,
    ListExpr,
    MemberExpr,
    NameExpr,
    Node,
    NonlocalDecl,
    OperatorAssignmentStmt,
    StarExpr,
    TryStmt,
    TupleExpr,
    WithStmt,
)
from mypy.patterns import AsPattern, MappingPattern, StarredPattern

from django_reckon._mypy.calls import argument, positional

# Builtins that give the rows that they are given.
ROWS_OF: Final = frozenset(
    {
        "builtins.frozenset", "builtins.iter", "builtins.list", "builtins.reversed",
        "builtins.set", "builtins.sorted", "builtins.tuple",
    }
)  # fmt: skip
# Builtins that call a function with each row: where the function and the rows stand.
_KEYED: Final = frozenset({"builtins.max", "builtins.min", "builtins.sorted"})
_MAPPED: Final = frozenset({"builtins.filter", "builtins.map"})
_CALLING: Final = _KEYED | _MAPPED

# Kinds of nodes that bind a name, or may; the others are most of a function.
_BINDING: Final = frozenset(
    {
        Argument, AsPattern, AssignmentExpr, AssignmentStmt, CallExpr, ClassDef,
        DelStmt, DictionaryComprehension, ForStmt, FuncDef, GeneratorExpr, GlobalDecl,
        MappingPattern, NonlocalDecl, OperatorAssignmentStmt, StarredPattern, TryStmt,
        WithStmt,
    }
)  # fmt: skip

# What a name is bound by: target, value, whether it runs through the items of that;
# no value where the name is not followed.
_Bound: TypeAlias = tuple[Node | None, Expression | None, bool]


@dataclass(slots=True)
class Bindings:
    """
    Where a function gives its names their values.

    Attributes:
        values: name -> expressions that it is set to.
        items: name -> expressions whose items it runs through.
        opaque: Names that are bound in ways that are not followed.
        written: Attributes that are set, by the ids of their nodes.
    """

    values: dict[str, list[Expression]] = field(default_factory=dict)
    items: dict[str, list[Expression]] = field(default_factory=dict)
    opaque: set[str] = field(default_factory=set)
    written: set[int] = field(default_factory=set)
    # Parameters of lambdas that are given the items of what is known.
    _followed: set[int] = field(default_factory=set)

    def add(self, node: Node) -> None:
        """Take a node; what it is a part of was taken before it."""
        if type(node) not in _BINDING:
            return
        for target, value, is_item in _bound(node):
            self._bind(target, value, self.items if is_item else self.values)
        if isinstance(node, Argument) and id(node) not in self._followed:
            self.opaque.add(node.variable.name)
        elif isinstance(node, FuncDef | ClassDef):
            self.opaque.add(node.name)
        elif isinstance(node, GlobalDecl | NonlocalDecl):
            self.opaque.update(node.names)

    def _bind(
        self,
        target: Node | None,
        value: Expression | None,
        found: dict[str, list[Expression]],
    ) -> None:
        if isinstance(target, MemberExpr):
            self.written.add(id(target))
        elif isinstance(target, TupleExpr | ListExpr):
            for part in target.items:
                self._bind(part, None, found)
        elif isinstance(target, StarExpr):
            self._bind(target.expr, None, found)
        elif isinstance(target, NameExpr) and value is None:
            self.opaque.add(target.name)
        elif isinstance(target, NameExpr) and value is not None:
            found.setdefault(target.name, []).append(value)
        elif isinstance(target, Argument) and value is not None:
            found.setdefault(target.variable.name, []).append(value)
            self._followed.add(id(target))


def _bound(node: Node) -> Iterator[_Bound]:
    match node:
        case CallExpr(callee=NameExpr(fullname=name)) if name in _CALLING:
            yield from ((each, rows, True) for each, rows in _called_with(node, name))
        case AssignmentStmt(lvalues=targets, rvalue=value):
            yield from ((target, value, False) for target in targets)
        case AssignmentExpr(target=target, value=value):
            yield target, value, False
        case ForStmt(index=target, expr=rows):
            yield target, rows, True
        case GeneratorExpr() | DictionaryComprehension():
            for target, rows in zip(node.indices, node.sequences, strict=True):
                yield target, rows, True
        case OperatorAssignmentStmt(lvalue=target) | DelStmt(expr=target):
            yield target, None, False
        case WithStmt(target=targets) | TryStmt(vars=targets):
            yield from ((target, None, False) for target in targets)
        case AsPattern(name=target) | StarredPattern(capture=target):
            yield target, None, False
        case MappingPattern(rest=target):
            yield target, None, False


def _called_with(call: CallExpr, name: str) -> Iterator[tuple[Argument, Expression]]:
    """Yield the parameters of a lambda with the rows that a builtin gives it."""
    given = positional(call)
    function: Expression | None = None
    if name in _KEYED and len(given) == 1:
        function = argument(call, "key", None)
    elif name in _MAPPED and len(given) == 2:
        function = given[0]
    if isinstance(function, LambdaExpr):
        yield from ((each, given[-1]) for each in function.arguments)
