"""The one place that asks what time it is, so tests can move it."""

from __future__ import annotations

import datetime as dt
import time


def now() -> float:
    """Return the wall clock in epoch seconds, comparable between hosts."""
    return time.time()


def monotonic() -> float:
    """Return seconds that never run backwards, comparable in this process only."""
    return time.monotonic()


def aware(seconds: float) -> dt.datetime:
    """Return epoch seconds as an aware UTC instant."""
    return dt.datetime.fromtimestamp(seconds, tz=dt.UTC)
