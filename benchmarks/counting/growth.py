"""Memory of our process after many distinct counts."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Final

from benchmarks.counting.figures import Figure, Target
from benchmarks.counting.place import Place
from benchmarks.counting.setup import RECKON

# In bytes; a key that is remembered takes a hundred at least, and there are thousands.
NOTHING: Final = Target(10_240)
# What is counted, with which cache, and in which words.
KINDS: Final = (
    ("small", "dummy", "small counts"),
    ("kept", "dummy", "kept counts"),
    ("kept", "memory", "kept counts in cache 'memory'"),
)


def measure(place: Place) -> list[Figure]:
    """Return the bytes that counts leave in our process, and that more of them add."""
    half = place.effort.keys // 2
    figures: list[Figure] = []
    with ExitStack() as stack:
        # All at once: nothing is timed here.
        workers = [
            stack.enter_context(place.in_memory().start(RECKON, cache))
            for _, cache, _ in KINDS
        ]
        for (kind, _, _), worker in zip(KINDS, workers, strict=True):
            worker.send("grow", kind=kind, keys=2 * half)
        for (kind, cache, words), worker in zip(KINDS, workers, strict=True):
            some, more = _figures(f"memory_{kind}_{cache}", words, half)
            first, both = worker.receive()
            some.samples[RECKON.name] = [first]
            more.samples[RECKON.name] = [both - first]
            figures += [some, more]
    return figures


def _figures(key: str, words: str, half: int) -> tuple[Figure, Figure]:
    """Return the figures of a kind, still without samples."""
    return (
        Figure(key, f"memory of {half:,} {words}", "bytes"),
        Figure(
            f"{key}_more",
            f"memory that {half:,} more {words} add",
            "bytes",
            {},
            NOTHING,
        ),
    )
