"""Which fields a function reads, as far as that is sure."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from mypy.nodes import Decorator, FuncDef, TypeInfo

from django_reckon._mypy.bindings import (
    ROWS_OF,
    Bindings,
    bindings_of,
    body_nodes,
    parameters,
)
from django_reckon._mypy.members import Member, Members, Place
from django_reckon._mypy.source import Function, SourceFile

Path: TypeAlias = tuple[str, ...]

# Methods of querysets that give the same rows, or some of them.
_SAME_ROWS: Final = frozenset(
    {
        "aiterator", "all", "annotate", "defer", "distinct", "exclude", "filter",
        "iterator", "only", "order_by", "prefetch_related", "reverse",
        "select_for_update", "select_related", "using",
    }
)  # fmt: skip
# And those that give one of them.
_ONE_ROW: Final = frozenset(
    {
        "aearliest", "afirst", "aget", "alast", "alatest", "earliest", "first", "get",
        "last", "latest",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spot:
    """
    The row or rows that an expression stands for.

    Attributes:
        path: How they are reached from the instance.
        place: Their model.
        is_many: Whether it is a manager, a queryset or a list of them.
        is_keyed: Whether the row before them holds their key.
    """

    path: Path
    place: Place
    is_many: bool = False
    is_keyed: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """
    One field that is read.

    Attributes:
        path: The relations that lead to its row.
        name: The field.
        is_relation: Whether rows are fetched by it.
        is_column: Whether it is a column.
        model: Full name of its model.
        line: Where.
        column: Where in the line.
        through: The helper that reads it; empty for the function itself.
    """

    path: Path
    name: str
    is_relation: bool
    is_column: bool
    model: str
    line: int
    column: int
    through: str = ""


class Reader:
    """Finds the reads of one function and of the helpers that it calls."""

    def __init__(self, members: Members, file: SourceFile, module: str) -> None:
        """Take the file that is checked; bodies of others may not be there."""
        self._members = members
        self._file = file
        self._module = module
        self._entered: set[tuple[int, Path]] = set()

    def reads(self, function: Function, start: Spot) -> Iterator[Read]:
        """Yield what a function reads of its first parameter."""
        names = parameters(function)
        if names:
            yield from self._reads(function, {names[0]: start})

    def _reads(self, function: Function, given: dict[str, Spot]) -> Iterator[Read]:
        for spot in given.values():
            key = (id(function), spot.path)
            if key in self._entered:
                return
            self._entered.add(key)
        nodes = body_nodes(function)
        scope = _Scope(self._members, bindings_of(nodes), given)
        for node in nodes:
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                yield from self._attribute(node, scope)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield from self._call(node, node.func.id, scope)

    def _attribute(self, node: ast.Attribute, scope: _Scope) -> Iterator[Read]:
        spot = scope.spot(node.value)
        if spot is None or spot.is_many:
            return
        found = self._members.find(spot.place, node.attr)
        if found is None:
            helper = self._method(spot.place.info, node.attr)
            if helper is not None:
                names = parameters(helper)[:1]
                yield from self._helped(
                    node, node.attr, helper, dict.fromkeys(names, spot)
                )
        else:
            yield from _read(spot, found, node)

    def _call(self, node: ast.Call, name: str, scope: _Scope) -> Iterator[Read]:
        """Yield what a function of the same module reads of what it is given."""
        helper = self._file.helpers.get(name)
        if helper is None or scope.binds(name):
            return
        names = parameters(helper)
        given = {}
        for parameter, argument in zip(names, node.args, strict=False):
            spot = scope.spot(argument)
            if spot is not None:
                given[parameter] = spot
        if given:
            yield from self._helped(node, name, helper, given)

    def _helped(
        self, node: ast.expr, name: str, helper: Function, given: dict[str, Spot]
    ) -> Iterator[Read]:
        """Yield what a helper reads, each where the helper is called."""
        for read in self._reads(helper, given):
            yield replace(read, line=node.lineno, column=node.col_offset, through=name)

    def _method(self, info: TypeInfo | None, name: str) -> Function | None:
        symbol = info.get(name) if info is not None else None
        node = symbol.node if symbol is not None else None
        if isinstance(node, Decorator):
            node = node.func
        if not isinstance(node, FuncDef) or node.info.module_name != self._module:
            return None
        if node.is_static or node.is_class:
            return None
        return self._file.function(node.name, node.line)


class _Scope:
    """Tells what the expressions of one function stand for."""

    def __init__(
        self, members: Members, bindings: Bindings, given: dict[str, Spot]
    ) -> None:
        self._members = members
        self._bindings = bindings
        self._given = given
        self._known: dict[str, Spot | None] = {}

    def binds(self, name: str) -> bool:
        """Tell whether a name is the function's own."""
        bound = self._bindings
        return name in self._given or any(
            name in several for several in (bound.values, bound.items, bound.opaque)
        )

    def spot(self, node: ast.expr) -> Spot | None:
        """Return what an expression stands for; None where that is not sure."""
        match node:
            case ast.Name(id=name):
                return self._named(name)
            case ast.NamedExpr(value=value) | ast.Await(value=value):
                return self.spot(value)
            case ast.Attribute(value=value, attr=name):
                return self._related(self.spot(value), name)
            case ast.Call(func=ast.Attribute(value=value, attr=method)):
                return self._rows(self.spot(value), method)
            case ast.Call(func=ast.Name(id=name), args=[value, *_]) if (
                name in ROWS_OF and not self.binds(name)
            ):
                spot = self.spot(value)
                return spot if spot is not None and spot.is_many else None
            case ast.Subscript(value=value, slice=index):
                spot = self.spot(value)
                if spot is None or not spot.is_many:
                    return None
                return replace(spot, is_many=isinstance(index, ast.Slice))
        return None

    def _named(self, name: str) -> Spot | None:
        if name not in self._known:
            # A name that is made from itself is not sure.
            self._known[name] = None
            self._known[name] = self._bound(name)
        return self._known[name]

    def _bound(self, name: str) -> Spot | None:
        bound = self._bindings
        if name in bound.opaque:
            return None
        spots = [self._given[name]] if name in self._given else []
        found = [self.spot(value) for value in bound.values.get(name, ())]
        for rows in bound.items.get(name, ()):
            spot = self.spot(rows)
            is_rows = spot is not None and spot.is_many
            found.append(replace(spot, is_many=False) if spot and is_rows else None)
        spots += [spot for spot in found if spot is not None]
        is_sure = None not in found and len({(s.path, s.is_many) for s in spots}) == 1
        return spots[0] if is_sure else None

    def _related(self, spot: Spot | None, name: str) -> Spot | None:
        if spot is None or spot.is_many:
            return None
        found = self._members.find(spot.place, name)
        # Another name is that of the key's own value.
        if found is None or found.target is None or found.name != name:
            return None
        path = spot.path if found.is_parent else (*spot.path, name)
        return Spot(path, found.target, found.is_many, found.is_column)

    def _rows(self, spot: Spot | None, method: str) -> Spot | None:
        if spot is None or not spot.is_many:
            return None
        if method in _SAME_ROWS:
            return spot
        return replace(spot, is_many=False) if method in _ONE_ROW else None


def _read(spot: Spot, found: Member, node: ast.Attribute) -> Iterator[Read]:
    path, name = spot.path, found.name
    is_relation, is_column = found.is_relation, found.is_column
    if found.is_parent:
        return
    if found.is_key and not is_relation:
        # The key of a related row is the relation; the row's own never changes.
        if not path:
            return
        path, name = path[:-1], path[-1]
        is_relation, is_column = True, spot.is_keyed
    elif not found.is_column and found.target is None:
        # A generic foreign key, say.
        return
    model, at = spot.place.fullname, (node.lineno, node.col_offset)
    yield Read(path, name, is_relation, is_column, model, *at)
