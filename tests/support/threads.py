"""Threads that work on the database and clean up behind themselves."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from django.db import connections

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["closing_connections", "start", "together"]

T = TypeVar("T")


def start(work: Callable[[], T]) -> Future[T]:
    """Run the work in a new thread; the future holds what it returns or raises."""
    future: Future[T] = Future()

    def run() -> None:
        # The connections are closed first: who waits may empty the database.
        try:
            with closing_connections():
                result = work()
        except BaseException as error:  # noqa: BLE001 - it is raised by the future
            future.set_exception(error)
        else:
            future.set_result(result)

    threading.Thread(target=run, daemon=True).start()
    return future


@contextmanager
def closing_connections() -> Iterator[None]:
    """Close this thread's connections at the end."""
    try:
        yield
    finally:
        connections.close_all()


def together(number: int, work: Callable[[], T]) -> list[Future[T]]:
    """Run the work in so many threads that begin in one moment."""
    barrier = threading.Barrier(number)

    def begin() -> T:
        barrier.wait()
        return work()

    return [start(begin) for _ in range(number)]
