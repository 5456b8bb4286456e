"""Chunks of a table that can be named without listing their rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

from django_reckon.changes.event import Key
from django_reckon.computed.refreshing.chunks import key_chunks


@dataclass(frozen=True, slots=True)
class KeyRange:
    """
    The rows of a table from one primary key to another, in the database's order.

    Attributes:
        first: The lowest key.
        last: The highest key.
    """

    first: Key
    last: Key


def key_ranges(model: type[Model], alias: str, size: int) -> Iterator[KeyRange]:
    """
    Yield the ranges of a table that hold so many rows each, in order.

    Between two ranges lie only rows that came after they were read.

    Cost:
        One query a range; no more than one range's keys are in memory.
    """
    for keys in key_chunks(model, alias, size):
        yield KeyRange(keys[0], keys[-1])


def keys_within(
    model: type[Model], alias: str, within: KeyRange, size: int
) -> Iterator[list[Key]]:
    """
    Yield the primary keys of a range as key_chunks() does those of a table.

    Rows may have come since the range was read, so there can be several chunks.

    Cost:
        One query a chunk, along the primary key's index.
    """
    rows: QuerySet[Any] = QuerySet(model, using=alias).order_by("pk")
    rows = rows.filter(pk__lte=within.last)
    after = rows.filter(pk__gte=within.first)
    while some := list(after.values_list("pk", flat=True)[:size]):
        yield some
        if len(some) < size or some[-1] == within.last:
            return
        after = rows.filter(pk__gt=some[-1])
