"""In which order computed fields follow each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from django.db.models import Model

from django_reckon.computed.rules.edges import Edge, Node
from django_reckon.exceptions import CycleNodeException


@dataclass(frozen=True, slots=True)
class Step:
    """
    Fields of one model that are computed together, each row read and written once.

    Attributes:
        level: Steps of lower levels come before.
        model: The model.
        fields: Their names, each after those of this step that it depends on.
    """

    level: int
    model: type[Model]
    fields: tuple[str, ...]


def label(node: Node) -> str:
    """Return "shop.Shelf.total"."""
    model, name = node
    return f"{model._meta.label}.{name}"


def steps_of(
    edges: Mapping[Node, Iterable[Edge]], *, allow_recursion: bool
) -> tuple[Step, ...]:
    """
    Return all steps, in an order in which none waits for a later one.

    With recursion allowed, a circle is cut where it closes; the rows that move then
    make an earlier step due again.

    Raises:
        CycleNodeException: Fields wait for each other and recursion is not allowed.
    """
    before = {node: _computed_sources(node, edges) for node in edges}
    order = _ordered(before, allow_recursion=allow_recursion)
    levels: dict[Node, int] = {}
    for node in order:
        levels[node] = max(
            (levels[each] + (each[0] is not node[0]) for each in before[node]),
            default=0,
        )
    together: dict[tuple[int, str], list[Node]] = {}
    for node in order:
        key = (levels[node], node[0]._meta.label)
        together.setdefault(key, []).append(node)
    return tuple(
        Step(level, nodes[0][0], tuple(name for _, name in nodes))
        for (level, _), nodes in sorted(together.items())
    )


def groups_of(edges: Iterable[Edge]) -> dict[type[Model], str]:
    """Return the tables that edges tie together: model -> name of its group."""
    groups: dict[type[Model], set[type[Model]]] = {}
    for edge in edges:
        one = groups.setdefault(edge.source, {edge.source})
        other = groups.setdefault(edge.target, {edge.target})
        if one is not other:
            one |= other
            groups.update(dict.fromkeys(other, one))
    return {
        model: min(each._meta.label for each in group)
        for model, group in groups.items()
    }


def _computed_sources(
    node: Node, edges: Mapping[Node, Iterable[Edge]]
) -> dict[Node, None]:
    """Return the computed fields that a field waits for, in a fixed order."""
    found = [
        (edge.source, column)
        for edge in edges[node]
        for column in sorted(edge.columns)
        if not (edge.is_own and column == node[1])
    ]
    return dict.fromkeys(source for source in found if source in edges)


def _ordered(
    before: dict[Node, dict[Node, None]], *, allow_recursion: bool
) -> tuple[Node, ...]:
    while True:
        try:
            return tuple(TopologicalSorter(before).static_order())
        except CycleError as error:
            cycle: list[Node] = error.args[1]
            if not allow_recursion:
                raise CycleNodeException(tuple(map(label, cycle))) from None
            # graphlib lists each before the one that waits for it.
            del before[cycle[1]][cycle[0]]
