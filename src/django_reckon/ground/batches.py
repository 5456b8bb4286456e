"""Many values, some at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batches(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield all values in order, in lists of that size but for the last one."""
    rest = iter(values)
    while some := list(islice(rest, size)):
        yield some
