"""Memory that distinct counts take."""

from __future__ import annotations

import gc
import tracemalloc
from typing import Final
from unittest import mock

from django.db.models.sql import Query

from benchmarks.counting.world.models import Row

# What the database answers; only the first is worth keeping.
ANSWERS: Final = {"kept": 1, "small": 0}
# Counts before the first measuring, for what is loaded only once.
WARM_UP: Final = 100


def grow(kind: str, keys: int) -> list[int]:
    """
    Return the bytes added by half of so many distinct counts, and by all.

    The COUNT itself is not run: it takes most of the time, and what it leaves in
    memory is Django's.
    """

    def get_count(*_: object, **__: object) -> int:
        return ANSWERS[kind]

    with mock.patch.object(Query, "get_count", get_count):
        _count(0, WARM_UP)
        tracemalloc.start()
        before = _traced()
        _count(WARM_UP, keys // 2)
        first = _traced() - before
        _count(WARM_UP + keys // 2, keys // 2)
        both = _traced() - before
        tracemalloc.stop()
    return [first, both]


def _count(first: int, size: int) -> None:
    for number in range(first, first + size):
        Row.objects.filter(number=number).count()


def _traced() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]
