"""A table piece by piece, never the whole of it in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Model, QuerySet

from django_reckon.changes.event import Key
from django_reckon.computed.fetching.hydrating import lean
from django_reckon.computed.rules.registry import ComputedColumn
from django_reckon.conf import computed as conf
from django_reckon.ground.garbage import paused


def chunk_size(columns: Sequence[ComputedColumn], asked: int | None) -> int:
    """Return how many rows to read at once: as asked, or as fields and settings say."""
    if asked is not None:
        return asked
    sizes = [c.declaration.querysize for c in columns if c.declaration.querysize]
    return min([*sizes, conf.current().querysize])


def row_chunks(model: type[Model], alias: str, size: int) -> Iterator[list[Any]]:
    """
    Yield the rows of a table in the order of their keys, as instances; hence Any.

    Each chunk is read when it is asked for, from the key where the last one ended, so
    nothing stays open between them, and rows that come or go meanwhile do no harm.

    Cost:
        One query a chunk, along the primary key's index.
    """
    rows: QuerySet[Any] = QuerySet(model, using=alias).order_by("pk")
    after = rows
    while True:
        with paused():
            some = list(lean(after[:size]))
        if some:
            yield some
        if len(some) < size:
            return
        after = rows.filter(pk__gt=some[-1].pk)


def key_chunks(model: type[Model], alias: str, size: int) -> Iterator[list[Key]]:
    """Yield the primary keys of a table as row_chunks() does its rows."""
    rows: QuerySet[Any] = QuerySet(model, using=alias).order_by("pk")
    after = rows
    while some := list(after.values_list("pk", flat=True)[:size]):
        yield some
        if len(some) < size:
            return
        after = rows.filter(pk__gt=some[-1])
