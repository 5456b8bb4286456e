"""What is read along with the rows whose fields are computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db.models import Model, Prefetch
from django.db.models.query import prefetch_related_objects

from django_reckon.computed.fetching.lending import lend
from django_reckon.computed.fetching.prefetching import Branch, fetch, let_go
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


def apart(columns: Sequence[ComputedColumn]) -> list[list[ComputedColumn]]:
    """
    Return columns in groups whose functions are to see the same related rows.

    A Prefetch object with a queryset and no to_attr says what a relation gives, to the
    functions of its own field and to no others.
    """
    groups: dict[tuple[int, ...], list[ComputedColumn]] = {}
    for column in columns:
        lookups = column.declaration.prefetch_related
        own = tuple(id(each) for each in lookups if _narrows(each))
        groups.setdefault(own, []).append(column)
    return list(groups.values())


def _narrows(lookup: PrefetchLookup) -> bool:
    # Any: the stubs leave out what it was made of.
    known: Any = lookup
    is_object = isinstance(lookup, Prefetch)
    return is_object and known.queryset is not None and known.to_attr is None


@contextmanager
def fetched(rows: Sequence[Model], columns: Sequence[ComputedColumn]) -> Iterator[None]:
    """
    Let rows of one model have what their computed fields are made from in the block.

    Of the rows at the end of a path, those columns are read that some rule names and
    those by which relations are followed; all where a column names the path itself in
    select_related or prefetch_related. A function that asks for another one has it read
    then.

    A relation of a lone row is left for its functions to ask in whatever way; what one
    of them reads whole, the others have.

    At the end they let go of each other: rows that hold those that hold them wait for
    the collector, to which a hundred thousand of them are more work than to read them.

    Cost:
        One query for each relation.
    """
    lookups = lookups_of(columns, several=len(rows) > 1) if rows else []
    levels = [rows] if lookups or len(rows) == 1 else []
    given = [lookup for lookup in lookups if isinstance(lookup, Prefetch)]
    if given:
        prefetch_related_objects(rows, *given)
    paths = [lookup for lookup in lookups if isinstance(lookup, str)]
    if paths:
        levels += fetch(rows, _tree(paths, _read_at(columns)))
    if len(rows) == 1:
        lend(rows[0], _collections(columns))
    try:
        yield
    finally:
        for each in levels:
            let_go(each)


def _collections(columns: Sequence[ComputedColumn]) -> Iterator[str]:
    """Yield the attributes by which a row reaches many others, one perhaps twice."""
    for column in columns:
        for hops, _ in column.rules:
            if hops and hops[0].link is not None:
                yield hops[0].accessor


def _tree(paths: Sequence[str], read: Mapping[str, frozenset[str] | None]) -> Branch:
    """Return what to fetch, level by level."""
    tree = Branch()
    for path in paths:
        branch, place = tree, ""
        for name in path.split(SEPARATOR):
            place = f"{place}{SEPARATOR}{name}" if place else name
            fresh = Branch(read.get(place, frozenset()))
            branch = branch.below.setdefault(name, fresh)
    return tree


def _read_at(
    columns: Sequence[ComputedColumn],
) -> dict[str, frozenset[str] | None]:
    """Return the columns that are read at the end of paths; None for all."""
    read: dict[str, frozenset[str] | None] = {}
    for column in columns:
        for hops, fields in column.rules:
            path = path_of(hops)
            names = frozenset(each.name for each in fields)
            read[path] = (read.get(path) or frozenset()) | names
    # After all rules: whoever names a path may use anything there.
    for column in columns:
        for path in _named(column):
            parts = path.split(SEPARATOR)
            for end in range(len(parts)):
                read[SEPARATOR.join(parts[: end + 1])] = None
    return read


def _paths(column: ComputedColumn) -> Iterator[str]:
    yield from _named(column)
    for hops, _ in column.rules:
        if hops:
            yield path_of(hops)


def _named(column: ComputedColumn) -> Iterator[str]:
    """Yield the paths that the user wants fetched."""
    declared = column.declaration
    for path in declared.select_related:
        yield path.replace(".", SEPARATOR)
    for lookup in declared.prefetch_related:
        if isinstance(lookup, str):
            yield lookup.replace(".", SEPARATOR)


def _fans(column: ComputedColumn) -> Iterator[str]:
    """Yield the paths that go on from many rows."""
    for hops, _ in column.rules:
        if any(hop.link is not None for hop in hops[:-1]):
            yield path_of(hops)


def path_of(hops: Sequence[Hop]) -> str:
    """Return the attributes of a path as prefetch_related() takes them."""
    return SEPARATOR.join(hop.accessor for hop in hops)
