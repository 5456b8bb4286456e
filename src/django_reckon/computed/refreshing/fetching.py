"""What is read along with the rows whose fields are computed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import Prefetch

from django_reckon.computed.rules.declare import PrefetchLookup
from django_reckon.computed.rules.paths import Hop
from django_reckon.computed.rules.registry import ComputedColumn

SEPARATOR = "__"


def lookups_of(
    columns: Sequence[ComputedColumn], *, several: bool
) -> list[PrefetchLookup]:
    """
    Return the lookups to prefetch for rows whose fields are computed.

    For several rows every relation that depends names is fetched. For a lone one a
    function may do better by itself, unless it would ask again for each of many rows;
    Prefetch objects hold for both, for they may say which rows there are.
    """
    wanted: dict[str, PrefetchLookup] = {}
    for column in columns:
        for lookup in column.declaration.prefetch_related:
            if isinstance(lookup, Prefetch):
                wanted.setdefault(lookup.prefetch_to, lookup)
    for column in columns:
        for path in _paths(column) if several else _fans(column):
            wanted.setdefault(path, path)
    return list(wanted.values())


def _paths(column: ComputedColumn) -> Iterator[str]:
    declared = column.declaration
    for path in declared.select_related:
        yield path.replace(".", SEPARATOR)
    for lookup in declared.prefetch_related:
        if isinstance(lookup, str):
            yield lookup.replace(".", SEPARATOR)
    for hops, _ in column.rules:
        if hops:
            yield path_of(hops)


def _fans(column: ComputedColumn) -> Iterator[str]:
    """Yield the paths that go on from many rows."""
    for hops, _ in column.rules:
        if any(hop.link is not None for hop in hops[:-1]):
            yield path_of(hops)


def path_of(hops: Sequence[Hop]) -> str:
    """Return the attributes of a path as prefetch_related() takes them."""
    return SEPARATOR.join(hop.accessor for hop in hops)
