"""From a change to the work it makes, decided once for each shape of change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from django.db.models import Model

from django_reckon.changes.event import Change, ChangeKind, Key
from django_reckon.computed.refreshing.work import Route, Work
from django_reckon.computed.rules.edges import Edge, Node
from django_reckon.computed.rules.registry import Registry, registry
from django_reckon.ground.internals import row_tables, with_generated
from django_reckon.ground.statements import forget

# What one way through the plan is asked by: the table, how it was written, which
# fields, and which local computed fields the writer has seen to already.
_Shape: TypeAlias = tuple[
    type[Model], ChangeKind, bool, frozenset[str] | None, frozenset[str], object
]


@dataclass(frozen=True, slots=True)
class Way:
    """
    Some fields that a change makes stale, and where the keys of their rows are.

    Attributes:
        route: How the rows are found, from keys that a relation tells.
        via: The relation; None for the keys of the rows that were written.
        rows: How they are found from the keys of those rows, for a change that does
            not tell of the relation.
        fields: Names of the fields.
    """

    route: Route
    via: str | None
    rows: Route | None
    fields: frozenset[str]


@dataclass(frozen=True, slots=True)
class SeenTo:
    """
    Computed fields that whoever writes a row has brought up to date along with it.

    Attributes:
        model: Of the row that is written.
        fields: Their names.
    """

    model: type[Model] | None
    fields: frozenset[str]

    def covers(self, edge: Edge) -> bool:
        """Tell whether an edge leads to such a field of that very row."""
        if self.model is None or not edge.is_own or edge.field not in self.fields:
            return False
        return edge.target in row_tables(self.model)


NOTHING = SeenTo(None, frozenset())


@dataclass(slots=True)
class Plan:
    """
    What every change means for the fields of a registry.

    Attributes:
        registry: Asked for each shape of change once.
    """

    registry: Registry
    _sources: dict[type[Model], tuple[Edge, ...]] = field(default_factory=dict)
    _ways: dict[_Shape, tuple[Way, ...]] = field(default_factory=dict)
    _followed: dict[tuple[type[Model], frozenset[str]], bool] = field(
        default_factory=dict
    )

    def clear(self) -> None:
        """Forget everything, for the registry has changed."""
        self._sources.clear()
        self._ways.clear()
        self._followed.clear()
        forget()

    def edges_from(self, source: type[Model]) -> tuple[Edge, ...]:
        """Return the edges that begin at a table."""
        if not self._sources:
            sources: dict[type[Model], list[Edge]] = {}
            for edge in self.registry.edges():
                sources.setdefault(edge.source, []).append(edge)
            self._sources = {each: tuple(some) for each, some in sources.items()}
        return self._sources.get(source, ())

    def ways(self, change: Change, seen_to: SeenTo = NOTHING) -> tuple[Way, ...]:
        """Return the ways from a change to the fields that it makes stale."""
        shape = (
            change.model,
            change.kind,
            change.upsert,
            change.fields,
            seen_to.fields,
            seen_to.model,
        )
        known = self._ways.get(shape)
        if known is None:
            edges = [
                edge
                for edge in self.edges_from(change.model)
                if _fires(edge, change) and not seen_to.covers(edge)
            ]
            known = self._ways[shape] = tuple(_merged(edges))
        return known

    def is_followed(self, model: type[Model], names: Iterable[str]) -> bool:
        """Tell whether rows of any table follow some fields, but each row itself."""
        asked = (model, frozenset(names))
        known = self._followed.get(asked)
        if known is None:
            moved = {model: asked[1]}
            for owner, name in self.followers((model, each) for each in asked[1]):
                moved[owner] = with_generated(owner, [name, *moved.get(owner, ())])
            known = self._followed[asked] = any(
                not edge.is_own and not edge.columns.isdisjoint(columns)
                for owner, columns in moved.items()
                for edge in self.edges_from(owner)
            )
        return known

    def followers(self, nodes: Iterable[Node]) -> set[Node]:
        """Return some fields and all that are made from them, near and far."""
        found = set(nodes)
        waiting = list(found)
        while waiting:
            model, name = waiting.pop()
            names = with_generated(model, [name])
            near = {
                (edge.target, edge.field)
                for edge in self.edges_from(model)
                if not edge.columns.isdisjoint(names)
            }
            waiting += near - found
            found |= near
        return found

    def add(
        self,
        work: Work,
        change: Change,
        seen_to: SeenTo = NOTHING,
        *,
        prepared: bool = True,
    ) -> None:
        """
        Add to the work what a change makes due.

        Args:
            work: Where to add it.
            change: What was written.
            seen_to: Fields that whoever wrote has written along.
            prepared: Whether new rows were inserted with values computed for them.
        """
        untold = prepared and change.keys is None and _is_plain_insert(change)
        for way in self.ways(change, seen_to):
            fields = way.fields
            if untold and way.via is None:
                # Values stay as they were inserted, where there were any.
                fields = self._left_out(way, change.model)
            for route, keys in _keys(way, change):
                work.add(route, keys, fields)

    def _left_out(self, way: Way, model: type[Model]) -> frozenset[str]:
        """Return the fields of new rows that are never computed before the insert."""
        if way.route != Route(model, "pk", loose=False):
            return frozenset()
        columns = (self.registry.columns[model, name] for name in way.fields)
        return frozenset(
            column.name
            for column in columns
            if column.declaration.default_on_create or self.registry.awaits_row(column)
        )


def _fires(edge: Edge, change: Change) -> bool:
    if change.kind is ChangeKind.UPDATE:
        if change.fields is None or _moves_keys(change.model, change.fields):
            # What was noted under the old keys is due under the new ones.
            return True
        return not edge.columns.isdisjoint(change.fields)
    if change.kind is ChangeKind.DELETE:
        return edge.on_delete
    # Rows of a fixture may come after those that point at them.
    return edge.on_insert or change.upsert or change.kind is ChangeKind.LOAD


def _moves_keys(model: type[Model], fields: frozenset[str]) -> bool:
    return any(part.name in fields for part in model._meta.pk_fields)


def _merged(edges: list[Edge]) -> Iterator[Way]:
    together: dict[tuple[Route, str | None, Route | None], set[str]] = {}
    for edge in edges:
        route = Route(edge.target, edge.lookup, edge.loose)
        lookup = edge.row_lookup
        rows = None if lookup is None else Route(edge.target, lookup, loose=False)
        together.setdefault((route, edge.via, rows), set()).add(edge.field)
    for (route, via, rows), fields in together.items():
        yield Way(route, via, rows, frozenset(fields))


def _is_plain_insert(change: Change) -> bool:
    return change.kind is ChangeKind.INSERT and not change.upsert


def _keys(way: Way, change: Change) -> Iterator[tuple[Route, Iterable[Key] | None]]:
    if way.via is not None:
        told = [each for each in (change.before, change.after) if way.via in each]
        for targets in told:
            yield way.route, targets[way.via]
        if not told and way.rows is not None:
            yield way.rows, change.keys
        return
    yield way.route, change.keys


plan: Final = Plan(registry)
