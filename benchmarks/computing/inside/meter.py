"""
What a piece of work takes: statements, seconds, and processors' time.

The processors' time is that of this process and, where a server answers, that of the
PostgreSQL backend which serves the connection. Linux tells the latter in /proc to the
nanosecond (schedstat) or else to a hundredth of a second (stat). Where the server's
/proc cannot be read, only seconds by the clock are left to compare.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection


@dataclass(slots=True)
class Meter:
    """
    What was taken, once the work is done.

    Attributes:
        queries: What reached the cursor, savepoints included.
        seconds: By the clock.
        processor: Seconds of client and server; None if nobody can tell.
    """

    queries: int = 0
    seconds: float = 0.0
    processor: float | None = None

    def __call__(self, execute: Callable[..., Any], *args: Any) -> Any:
        """Count a statement, as an execute wrapper."""
        self.queries += 1
        return execute(*args)


@contextmanager
def metered() -> Iterator[Meter]:
    """Measure the block; the meter is complete behind it."""
    meter, backend = Meter(), _backend()
    with connection.execute_wrapper(meter):
        server = _server_seconds(backend)
        began, client = time.perf_counter(), time.process_time()
        yield meter
        client = time.process_time() - client
        meter.seconds = time.perf_counter() - began
        after = _server_seconds(backend)
    if server is not None and after is not None:
        meter.processor = client + after - server


def _backend() -> int | None:
    """Return the process that serves the connection; None where there is none."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _server_seconds(backend: int | None) -> float | None:
    """Return what a backend has taken so far; None if it runs out of our sight."""
    if backend is None:
        return 0.0
    place = Path("/proc") / str(backend)
    try:
        # The same number may be another process here than where the server runs.
        if b"postgres" not in (place / "cmdline").read_bytes():
            return None
        if (place / "schedstat").exists():
            return int((place / "schedstat").read_text().split()[0]) / 1e9
        fields = (place / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
