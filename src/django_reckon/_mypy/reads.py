"""Which fields a function reads, as far as that is sure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from mypy.nodes import (
    AssignmentExpr,
    AwaitExpr,
    CallExpr,
    Context,
    Decorator,
    Expression,
    FuncDef,
    IndexExpr,
    MemberExpr,
    MypyFile,
    NameExpr,
    Node,
    OverloadedFuncDef,
    SliceExpr,
)

from django_reckon._mypy.bindings import ROWS_OF, Bindings
from django_reckon._mypy.body import Function, body_of, parameters
from django_reckon._mypy.calls import positional
from django_reckon._mypy.members import Member, Members, Place

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
        at: Where.
        through: The helper that reads it; empty for the function itself.
    """

    path: Path
    name: str
    is_relation: bool
    is_column: bool
    model: str
    at: Context
    through: str = ""


class Reader:
    """Finds the reads of one function and of the helpers that it calls."""

    def __init__(self, members: Members, tree: MypyFile) -> None:
        """Take the file that is checked; bodies of others may not be there."""
        self._members = members
        self._module = tree.fullname
        self._entered: set[tuple[Function, Path]] = set()

    def reads(self, function: Function, start: Spot) -> Iterator[Read]:
        """Yield what a function reads of its first parameter."""
        yield from self._reads(function, dict.fromkeys(parameters(function)[:1], start))

    def _reads(self, function: Function, given: dict[str, Spot]) -> Iterator[Read]:
        for spot in given.values():
            key = (function, spot.path)
            if key in self._entered:
                return
            self._entered.add(key)
        body = body_of(function)
        scope = _Scope(self._members, body.bindings, given)
        for attribute in body.reads:
            yield from self._attribute(attribute, scope)
        for call, callee in body.calls:
            yield from self._call(call, callee, scope)

    def _attribute(self, node: MemberExpr, scope: _Scope) -> Iterator[Read]:
        spot = scope.spot(node.expr)
        if spot is None or spot.is_many:
            return
        found = self._members.find(spot.place, node.name)
        if found is not None:
            yield from _read(spot, found, node)
            return
        symbol = spot.place.info.get(node.name) if spot.place.info else None
        helper = self._function(symbol.node) if symbol is not None else None
        if helper is not None:
            given = dict.fromkeys(parameters(helper)[:1], spot)
            yield from self._helped(node, node.name, helper, given)

    def _call(self, node: CallExpr, callee: NameExpr, scope: _Scope) -> Iterator[Read]:
        """Yield what a function of the same module reads of what it is given."""
        helper = self._function(callee.node)
        if helper is None:
            return
        given = {}
        for name, value in zip(parameters(helper), positional(node), strict=False):
            spot = scope.spot(value)
            if spot is not None:
                given[name] = spot
        if given:
            yield from self._helped(node, callee.name, helper, given)

    def _helped(
        self, at: Context, name: str, helper: Function, given: dict[str, Spot]
    ) -> Iterator[Read]:
        """Yield what a helper reads, each where the helper is called."""
        for read in self._reads(helper, given):
            yield replace(read, at=at, through=name)

    def _function(self, node: Node | None) -> FuncDef | None:
        """Return a function whose body is here, for a name or attribute of it."""
        if isinstance(node, OverloadedFuncDef):
            # What its signatures share, or the getter of a property.
            node = node.impl or node.items[0]
        if isinstance(node, Decorator):
            node = node.func
        if not isinstance(node, FuncDef) or node.is_static or node.is_class:
            return None
        module, _, _ = node.fullname.rpartition(".")
        home = node.info.module_name if node.info else module
        return node if home == self._module else None


class _Scope:
    """Tells what the expressions of one function stand for."""

    def __init__(
        self, members: Members, bindings: Bindings, given: dict[str, Spot]
    ) -> None:
        self._members = members
        self._bindings = bindings
        self._given = given
        self._known: dict[str, Spot | None] = {}

    def spot(self, node: Expression) -> Spot | None:
        """Return what an expression stands for; None where that is not sure."""
        match node:
            case NameExpr(name=name):
                return self._named(name)
            case MemberExpr(expr=value, name=name):
                return self._related(self.spot(value), name)
            case CallExpr(callee=MemberExpr(expr=value, name=method)):
                return self._rows(self.spot(value), method)
            case CallExpr(callee=NameExpr(fullname=name)) if name in ROWS_OF:
                for value in positional(node)[:1]:
                    spot = self.spot(value)
                    return spot if spot is not None and spot.is_many else None
            case IndexExpr(base=value, index=index):
                spot = self.spot(value)
                if spot is None or not spot.is_many:
                    return None
                return replace(spot, is_many=isinstance(index, SliceExpr))
            case AssignmentExpr(value=value) | AwaitExpr(expr=value):
                return self.spot(value)
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


def _read(spot: Spot, found: Member, at: Context) -> Iterator[Read]:
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
    yield Read(path, name, is_relation, is_column, spot.place.fullname, at)
