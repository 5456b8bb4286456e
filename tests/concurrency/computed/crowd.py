"""Threads that stay, each with its connection, and begin together."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

from tests.support.threads import start
from tests.support.workers import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Crowd"]

T = TypeVar("T")


class Crowd:
    """
    So many threads; they are made once, for connecting takes longer than writing.

    Each is told its number, from zero. None of them outlives the process, whatever it
    waits for.
    """

    def __init__(self, size: int) -> None:
        """Begin to wait for work."""
        self.size = size
        # Any: whatever the work of one call returns.
        self._inboxes: list[SimpleQueue[Callable[[], Any] | None]] = [
            SimpleQueue() for _ in range(size)
        ]
        self._ended = [start(partial(_serve, inbox)) for inbox in self._inboxes]

    def all(self, work: Callable[[int], T]) -> list[T]:
        """
        Return what each makes of the work, begun in one moment.

        Raises:
            TimeoutError: One of them stands still.
        """
        barrier = threading.Barrier(self.size)
        futures = [self._give(number, work, barrier) for number in range(self.size)]
        return [_result(number, future) for number, future in enumerate(futures)]

    def leave(self) -> None:
        """Close the connections and end."""
        for inbox in self._inboxes:
            inbox.put(None)
        for number, future in enumerate(self._ended):
            _result(number, future)

    def _give(
        self, number: int, work: Callable[[int], T], barrier: threading.Barrier
    ) -> Future[T]:
        future: Future[T] = Future()

        def run() -> None:
            try:
                barrier.wait(PATIENCE)
                future.set_result(work(number))
            except BaseException as error:  # noqa: BLE001 - the future raises it
                future.set_exception(error)

        self._inboxes[number].put(run)
        return future


def _serve(inbox: SimpleQueue[Callable[[], Any] | None]) -> None:
    while (job := inbox.get()) is not None:
        job()


def _result(number: int, future: Future[T]) -> T:
    try:
        return future.result(PATIENCE)
    except TimeoutError as error:
        error.add_note(f"Thread {number} did not end within {PATIENCE:.0f} s.")
        raise
