"""Holding a COUNT in the middle, so that others meet it."""

from __future__ import annotations

import threading
from typing import Any

from tests.support.statements import is_count
from tests.support.workers import PATIENCE

__all__ = ["Holding"]


class Holding:
    """
    An execute wrapper that stops the first COUNT until it is let go.

    Attributes:
        started: Set when that COUNT has begun.
        let_go: To be set when it may run.
        counts: How many COUNTs ran in all.
    """

    def __init__(self) -> None:
        self.started = threading.Event()
        self.let_go = threading.Event()
        self.counts = 0
        self._lock = threading.Lock()

    def __call__(self, execute: Any, sql: str, *args: Any) -> Any:
        if is_count(sql):
            with self._lock:
                self.counts += 1
                is_first = self.counts == 1
            if is_first:
                self.started.set()
                self.let_go.wait(PATIENCE)
        return execute(sql, *args)
