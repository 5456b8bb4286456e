"""Which columns of a picture stand left of which others."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from django_reckon.computed.drawing.picture import Picture


def layers_of(picture: Picture) -> dict[str, int]:
    """
    Return the layer of each item by its label, from 0 for what is made from nothing.

    Every arrow leads to a higher layer, but for those that close a circle, which trees
    of rows may have.
    """
    before: dict[str, dict[str, None]] = {item.label: {} for item in picture.items}
    for arrow in picture.arrows:
        if arrow.source != arrow.target:
            before[arrow.target][arrow.source] = None
    layers: dict[str, int] = {}
    for each in _ordered(before):
        layers[each] = max((layers[source] + 1 for source in before[each]), default=0)
    return layers


def _ordered(before: dict[str, dict[str, None]]) -> tuple[str, ...]:
    """Return an order in which sources come first, cutting circles where they close."""
    while True:
        try:
            return tuple(TopologicalSorter(before).static_order())
        except CycleError as error:
            cycle: list[str] = error.args[1]
            # graphlib lists each before the one that waits for it.
            del before[cycle[1]][cycle[0]]
