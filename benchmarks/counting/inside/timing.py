"""Seconds a call takes."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Final

from benchmarks.counting.inside.tracing import logged
from benchmarks.counting.world.cases import CASES, Case

# A call that waits for nobody is timed by the processor's clock, which stands still
# while another process runs; one that waits for a server needs the one on the wall.
CLOCKS: Final[dict[str, Callable[[], float]]] = {
    "processor": time.process_time,
    "wall": time.perf_counter,
}
# Calls between two looks at the clock: few, so that on a busy machine some batches are
# over before their process has to make room for another.
BATCH: Final = 10
FEWEST_BATCHES: Final = 3


class NotAHitError(RuntimeError):
    """What was to be timed as a hit asked the database."""


def time_hit(case: str, seconds: float, clock: str) -> float:
    """
    Return the seconds of one call, from the quickest batch in so many seconds.

    Whatever made the other batches slower was not the call.

    Raises:
        NotAHitError: A call ran a statement.
    """
    chosen, now = CASES[case], CLOCKS[clock]
    gc.collect()
    times: list[float] = []
    with logged() as log:
        end = now() + seconds
        while len(times) < FEWEST_BATCHES or now() < end:
            times.append(_time_batch(chosen, now))
    if log.statements:
        raise NotAHitError(f"{case} asked the database: {log.statements[0]}")
    return min(times)


def time_once(case: str) -> float:
    """Return the seconds of one call, hit or not."""
    chosen = CASES[case]
    subject = chosen.prepare()
    began = time.perf_counter()
    chosen.call(subject)
    return time.perf_counter() - began


def _time_batch(case: Case, now: Callable[[], float]) -> float:
    call = case.call
    subjects = [case.prepare() for _ in range(BATCH)]
    began = now()
    for subject in subjects:
        call(subject)
    return (now() - began) / BATCH
