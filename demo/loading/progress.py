"""
What the demo is doing, told on standard error.

On a terminal long work shows a bar; anywhere else it leaves one plain line. Standard
output stays free for the table or the JSON.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")


def say(text: str) -> None:
    """Write one line at once."""
    print(text, file=sys.stderr, flush=True)


def track(items: Iterable[T], *, label: str, total: int) -> Iterator[T]:
    """
    Yield the items and show how far the work is.

    Args:
        items: What is worked on; the time between two items is the work.
        label: What the work is, such as 'Loading flights'.
        total: How many items there will be.
    """
    if sys.stderr.isatty():
        yield from tqdm(items, desc=label, total=total, unit="", file=sys.stderr)
        return
    start = perf_counter()
    yield from items
    say(f"{label}: {total:,} in {perf_counter() - start:.1f} s")


@contextmanager
def stepping(label: str, *, total: int) -> Iterator[Callable[[int], object]]:
    """
    Show how far work is that is done in steps; call the result with what one did.

    Args:
        label: What the work is, such as 'Labelling flights'.
        total: How many items there will be.
    """
    if sys.stderr.isatty():
        with tqdm(desc=label, total=total, unit="", file=sys.stderr) as bar:
            yield bar.update
        return
    start = perf_counter()
    yield lambda _: None
    say(f"{label}: {total:,} in {perf_counter() - start:.1f} s")
