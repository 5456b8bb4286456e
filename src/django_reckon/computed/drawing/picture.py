"""What a drawing of the dependency graph shows, as plain values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any

from django.db.models import Model

from django_reckon.computed.rules.edges import Node, edges_of
from django_reckon.computed.rules.graph import label
from django_reckon.computed.rules.paths import SELF, Hop
from django_reckon.computed.rules.registry import ComputedColumn
from django_reckon.ground.internals import AnyField, table_owner


class ItemKind(StrEnum):
    """What a column is to the graph."""

    COLUMN = "column"
    KEY = "key"
    COMPUTED = "computed"


class ArrowKind(IntEnum):
    """How one column makes another stale; where several do, the highest counts."""

    RELATING = 1  # it says which rows belong together
    LOCAL = 2  # it is a column of the same row
    RELATED = 3  # it is a column of a related row


@dataclass(frozen=True, slots=True)
class Item:
    """
    One column.

    Attributes:
        model: Label of its table's model, "shop.Shelf".
        name: The field's name.
        kind: What it is to the graph.
    """

    model: str
    name: str
    kind: ItemKind

    @property
    def label(self) -> str:
        """As in messages: "shop.Shelf.total"."""
        return f"{self.model}.{self.name}"


@dataclass(frozen=True, slots=True)
class Arrow:
    """
    From a column to a computed field that its changes make stale.

    Attributes:
        source: Label of the column.
        target: Label of the computed field.
        kind: How the one makes the other stale.
        paths: The relations of the rules that say so, as written.
    """

    source: str
    target: str
    kind: ArrowKind
    paths: tuple[str, ...]

    @property
    def explanation(self) -> str:
        """The arrow in words."""
        return f"{self.source} \u2192 {self.target} ({', '.join(self.paths)})"


@dataclass(frozen=True, slots=True)
class Picture:
    """
    The whole of what is drawn, in a fixed order.

    Attributes:
        items: By model, in the order of declaration.
        arrows: By source and target.
    """

    items: tuple[Item, ...]
    arrows: tuple[Arrow, ...]

    @property
    def models(self) -> dict[str, tuple[Item, ...]]:
        """The items of each model, by its label."""
        found: dict[str, list[Item]] = {}
        for item in self.items:
            found.setdefault(item.model, []).append(item)
        return {model: tuple(items) for model, items in found.items()}


def picture_of(
    columns: Iterable[ComputedColumn], *, only: Collection[type[Model]] | None = None
) -> Picture:
    """
    Return the picture of some computed fields and of what they are made from.

    Args:
        columns: The computed fields.
        only: Leave out every arrow that neither begins nor ends at one of these
            models; None for all models.
    """
    computed = {column.node: column for column in columns}
    shown = {node for node in computed if only is None or node[0] in only}
    keys: set[Node] = set()
    arrows: dict[tuple[Node, Node], tuple[ArrowKind, dict[str, None]]] = {}
    for target, column in computed.items():
        for source, kind, path in _sources(column):
            if only is not None and not {source[0], target[0]} & {*only}:
                continue
            shown |= {source, target}
            if kind is ArrowKind.RELATING:
                keys.add(source)
            before, paths = arrows.get((source, target), (kind, {}))
            arrows[source, target] = max(before, kind), {**paths, path: None}
    return Picture(
        items=tuple(
            Item(node[0]._meta.label, node[1], _kind(node, computed, keys))
            for node in sorted(shown, key=_place)
        ),
        arrows=tuple(
            Arrow(label(source), label(target), kind, tuple(paths))
            for (source, target), (kind, paths) in sorted(
                arrows.items(), key=lambda each: (*map(_place, each[0]),)
            )
        ),
    )


def _sources(column: ComputedColumn) -> Iterator[tuple[Node, ArrowKind, str]]:
    """Yield each column that makes this one stale, how, and by which rule."""
    rules = zip(column.rules, column.declaration.depends, strict=True)
    for (hops, columns), (path, _) in rules:
        values = {_node(each) for each in columns}
        relating = {_node(each) for hop in hops for each in _relating(hop)}
        for edge in edges_of(column.model, column.name, hops, columns):
            for name in edge.columns:
                source = (edge.source, name)
                if source in relating - values:
                    kind = ArrowKind.RELATING
                elif edge.is_own:
                    kind = ArrowKind.LOCAL
                else:
                    kind = ArrowKind.RELATED
                yield source, kind, path or SELF


def _relating(hop: Hop) -> Iterable[AnyField]:
    if hop.link is not None:
        return hop.link.columns
    return [] if hop.forward is None else [hop.forward]


def _node(field: AnyField) -> Node:
    return table_owner(field.model), field.name


def _kind(node: Node, computed: Collection[Node], keys: Collection[Node]) -> ItemKind:
    if node in computed:
        return ItemKind.COMPUTED
    return ItemKind.KEY if node in keys else ItemKind.COLUMN


def _place(node: Node) -> tuple[Any, ...]:
    """Return what sorts nodes by model, and those of one by their declaration."""
    model, name = node
    names = [field.name for field in model._meta.local_fields]
    return model._meta.label, names.index(name) if name in names else -1, name
