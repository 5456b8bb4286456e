"""Pending updates done by a thread of this process."""

from __future__ import annotations

import logging
import os
import threading
from dataclasses import dataclass, field
from typing import Final

from django.db import connections

from django_reckon.computed.outbox.draining import drain
from django_reckon.exceptions import BackendError
from django_reckon.ground.vendors import vendor_of

logger: Final = logging.getLogger(__name__)


class ThreadDispatcher:
    """
    Do them in a thread with connections of its own, one for each database; the default.

    The thread ends when nothing is left. A process that ends well waits for it; one
    that is killed leaves the rest in the table. A database in memory, which no other
    connection sees, is served at once by whoever wrote.
    """

    def dispatch(self, alias: str) -> None:
        """
        Start the thread, or let the one that runs look once more.

        Raises:
            BackendError: The system gave no thread.
        """
        if not vendor_of(connections[alias]).serves_threads(connections[alias]):
            drain(alias)
            return
        with _running.lock:
            if alias in _running.aliases:
                _running.again.add(alias)
                return
            _running.aliases.add(alias)
        try:
            threading.Thread(target=_run, args=(alias,), name=f"update {alias}").start()
        except RuntimeError as error:
            _running.end(alias)
            raise BackendError("Thread dispatcher", "start", error) from error


@dataclass(slots=True)
class _Running:
    """The databases that threads of this process are at."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    aliases: set[str] = field(default_factory=set)
    again: set[str] = field(default_factory=set)

    def end(self, alias: str) -> bool:
        """End, unless somebody asked for another look; tell which."""
        with self.lock:
            if alias in self.again:
                self.again.discard(alias)
                return False
            self.aliases.discard(alias)
            return True

    def renew(self) -> None:
        """Begin anew in a child of a fork, where no thread is left."""
        self.lock = threading.Lock()
        self.aliases.clear()
        self.again.clear()


_running = _Running()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_running.renew)


def _run(alias: str) -> None:
    try:
        while True:
            try:
                drain(alias)
            except Exception:
                logger.exception("Pending updates of %r stay for later.", alias)
            if _running.end(alias):
                return
    finally:
        connections.close_all()
