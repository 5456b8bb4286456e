"""Many callers at once."""

from __future__ import annotations

import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from typing import TypeAlias

from django.db import connection, connections

from benchmarks.counting.adapters.chosen import adapter
from benchmarks.counting.inside.stores import forget, wake
from benchmarks.counting.inside.tracing import logged
from benchmarks.counting.world.cases import count_all

# What one caller did: COUNTs it ran, precaching it launched; or why it could not.
Seen: TypeAlias = tuple[int, int] | str


class CrowdError(RuntimeError):
    """A caller failed."""


def cold_threads(size: int) -> int:
    """Return the COUNTs of so many threads that find nothing kept."""
    forget()
    barrier = threading.Barrier(size)

    def count() -> None:
        connection.ensure_connection()
        barrier.wait()
        try:
            count_all()
        finally:
            connection.close()

    with logged() as log, ThreadPoolExecutor(size) as pool:
        for future in [pool.submit(count) for _ in range(size)]:
            future.result()
    return log.counts


def cold_processes(size: int) -> int:
    """Return the COUNTs of so many processes that find nothing kept."""
    forget()
    return sum(counts for counts, _ in _in_processes(size))


def due_processes(size: int) -> int:
    """
    Return the launches of so many processes that find precaching due.

    The count itself is in the table, so that nobody has to make it first.
    """
    forget()
    count_all()
    wake()
    return sum(launches for _, launches in _in_processes(size))


def _in_processes(size: int) -> list[tuple[int, int]]:
    """
    Let forked processes count at once.

    So do servers that load the project before they start their workers.

    Raises:
        CrowdError: One of them could not.
    """
    # Parent and child cannot share a connection.
    connections.close_all()
    context = multiprocessing.get_context("fork")
    barrier, answers = context.Barrier(size), context.SimpleQueue()
    children = [
        context.Process(target=_answer, args=(barrier, answers)) for _ in range(size)
    ]
    for child in children:
        child.start()
    seen: list[Seen] = [answers.get() for _ in children]
    for child in children:
        child.join()
    for each in seen:
        if isinstance(each, str):
            raise CrowdError(each)
    return [each for each in seen if not isinstance(each, str)]


def _answer(barrier: Barrier, answers: SimpleQueue[Seen]) -> None:
    """Count in a child, and tell its parent whatever happens."""
    try:
        answers.put(_counted(barrier))
    except Exception as error:  # noqa: BLE001 - the parent waits for an answer
        barrier.abort()
        answers.put(f"{type(error).__name__}: {error}")


def _counted(barrier: Barrier) -> tuple[int, int]:
    launches = adapter.launches()
    connection.ensure_connection()
    barrier.wait()
    with logged() as log:
        count_all()
    return log.counts, adapter.launches() - launches
