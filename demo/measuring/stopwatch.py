"""Repeated, timed calls, and the median of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Final

# However long one call takes, it is repeated so often at least; and no longer than
# this once it was.
FEWEST_RUNS: Final = 3
LONGEST_SECONDS: Final = 3.0


@dataclass(frozen=True, slots=True)
class Timed:
    """How long calls of one kind took, and everything they answered."""

    seconds: float
    """Median of the calls."""
    runs: int
    """How many calls there were."""
    answers: frozenset[int]
    """Different values they returned; one, if all is well."""


class Stopwatch:
    """Collects the calls of one kind until there are enough."""

    def __init__(self, runs: int) -> None:
        self.runs = runs
        self.seconds: list[float] = []
        self.answers: set[int] = set()

    @property
    def is_done(self) -> bool:
        """Whether there were enough calls, or long ones for long enough."""
        tired = sum(self.seconds) > LONGEST_SECONDS
        return len(self.seconds) >= (FEWEST_RUNS if tired else self.runs)

    def note(self, start: float, answer: int) -> None:
        """Take down a call that began at `start` and ends now."""
        self.seconds.append(perf_counter() - start)
        self.answers.add(answer)

    def read(self) -> Timed:
        """Return what was collected."""
        return Timed(median(self.seconds), len(self.seconds), frozenset(self.answers))


def nothing() -> None:
    """Need no preparation."""


@dataclass(frozen=True, slots=True)
class Call:
    """What is timed, and what comes before it and is not."""

    count: Callable[[], int]
    """The timed call."""
    prepare: Callable[[], object] = nothing
    """What makes the call take the way that is measured."""


def time_in_turn(*calls: Call, runs: int) -> list[Timed]:
    """
    Time each call so many times.

    They take turns, so that a busy moment of the machine falls on all of them.
    """
    watches = [Stopwatch(runs) for _ in calls]
    while not all(watch.is_done for watch in watches):
        for call, watch in zip(calls, watches, strict=True):
            call.prepare()
            start = perf_counter()
            watch.note(start, call.count())
    return [watch.read() for watch in watches]


async def atime(count: Callable[[], Awaitable[int]], *, runs: int) -> Timed:
    """Time one awaited call so many times, inside a running event loop."""
    watch = Stopwatch(runs)
    while not watch.is_done:
        start = perf_counter()
        watch.note(start, await count())
    return watch.read()
