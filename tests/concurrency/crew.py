"""
A crew of processes that count together: ``python -m tests.concurrency.crew TASK SIZE``.

One process sets Django up and forks the others, so that a crew starts in the time of
one. Each prints what came of its task as a line of JSON.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import django

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.synchronize import Barrier, Lock, Semaphore

__all__ = ["TASKS", "Crew"]

# Seconds until a crew that stands still is given up.
PATIENCE: Final = 60.0
# Seconds for which the first COUNT is held at most: within FAST_COUNT_FLIGHT_LIMIT.
HOLD: Final = 20.0


@dataclass(frozen=True)
class Crew:
    """
    What the processes share.

    Attributes:
        size: How many there are.
        begin: Passed by all at once.
        refused: Raised by each that found the lock taken, once.
        first: Taken by the first that counts, for good.
    """

    size: int
    begin: Barrier
    refused: Semaphore
    first: Lock


def count(crew: Crew) -> dict[str, Any]:
    """Count what all count, and hold the first COUNT until all others wait for it."""
    return _counted(crew, on_first=lambda: None)


def die(crew: Crew) -> dict[str, Any]:
    """As above, but the first is killed in the middle of its COUNT."""
    return _counted(crew, on_first=lambda: os.kill(os.getpid(), signal.SIGKILL))


def launch(crew: Crew) -> dict[str, Any]:
    """Notice, all at once, that precaching is due."""
    from django_reckon.testing import RecordingDispatcher
    from tests.testapp.models import Visit

    crew.begin.wait(PATIENCE)
    counted = Visit.objects.count()
    return {"counted": counted, "launched": len(RecordingDispatcher.jobs)}


def _counted(crew: Crew, on_first: Callable[[], object]) -> dict[str, Any]:
    from tests.support.statements import is_count, on_every_connection
    from tests.testapp.models import Essay

    _tell_when_refused(crew)
    counts: list[str] = []

    def hold_first(execute: Any, sql: str, *args: Any) -> Any:
        if is_count(sql):
            counts.append(sql)
            if crew.first.acquire(block=False):
                _wait_for_refusals(crew)
                on_first()
        return execute(sql, *args)

    with on_every_connection(hold_first):
        crew.begin.wait(PATIENCE)
        info = Essay.objects.count_info()
    return {"counted": info.value, "source": info.source, "counts": len(counts)}


def _wait_for_refusals(crew: Crew) -> None:
    """Return when all others wait; or in the end, for one of them may have failed."""
    deadline = time.monotonic() + HOLD
    for _ in range(crew.size - 1):
        crew.refused.acquire(timeout=max(deadline - time.monotonic(), 0.0))


def _tell_when_refused(crew: Crew) -> None:
    from django_reckon.counts.caches.django import DjangoCache

    told = threading.Event()
    plain = DjangoCache.add

    def add(self: DjangoCache, key: Any, entry: Any) -> bool:
        granted = plain(self, key, entry)
        if not granted and not told.is_set():
            told.set()
            crew.refused.release()
        return granted

    DjangoCache.add = add  # type: ignore[method-assign]  # this process is a test's own


TASKS: Final[dict[str, Callable[[Crew], dict[str, Any]]]] = {
    "count": count,
    "die": die,
    "launch": launch,
}


def main(task: str, size: int) -> None:
    django.setup()
    context = multiprocessing.get_context("fork")
    crew = Crew(size, context.Barrier(size), context.Semaphore(0), context.Lock())
    processes = [
        context.Process(target=_work, args=(TASKS[task], crew)) for _ in range(size)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(PATIENCE)


def _work(task: Callable[[Crew], dict[str, Any]], crew: Crew) -> None:
    line = json.dumps(task(crew)) + "\n"
    # One write of a short line, so that the lines of several do not mix.
    os.write(sys.stdout.fileno(), line.encode())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
