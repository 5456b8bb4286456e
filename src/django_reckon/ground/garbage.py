"""The collector of reference cycles, while many rows are in memory on purpose."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Pauses:
    """Who wants it to pause now, in whatever thread."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    number: int = 0
    was_on: bool = False

    def begin(self) -> None:
        """Let it pause, if nobody else has."""
        with self.lock:
            if self.number == 0:
                self.was_on = gc.isenabled()
                gc.disable()
            self.number += 1

    def end(self) -> None:
        """Let it go on, if nobody else wants it to pause and it was on."""
        with self.lock:
            self.number -= 1
            if self.number == 0 and self.was_on:
                gc.enable()


_pauses = _Pauses()


@contextmanager
def paused() -> Iterator[None]:
    """
    Let the collector pause.

    It looks through all young objects each time that some hundred have come, which a
    read of thousands of rows makes it do again and again, and finds nothing: they are
    all needed. That takes up to half of the time. Memory is given back all the same,
    but for what refers to itself in a circle; keep the block short.
    """
    _pauses.begin()
    try:
        yield
    finally:
        _pauses.end()
