"""The one place that asks what time it is, so tests can move it."""

from __future__ import annotations

import datetime as dt
import time

from django.conf import settings


def now() -> float:
    """Return the wall clock in epoch seconds, comparable between hosts."""
    return time.time()


def monotonic() -> float:
    """Return seconds that never run backwards, comparable in this process only."""
    return time.monotonic()


def column_time(seconds: float) -> dt.datetime:
    """
    Return epoch seconds as a DateTimeField takes them.

    UTC in any case; without its zone where USE_TZ is off, for databases refuse it then.
    """
    instant = dt.datetime.fromtimestamp(seconds, tz=dt.UTC)
    return instant if settings.USE_TZ else instant.replace(tzinfo=None)


def epoch_seconds(value: dt.datetime) -> float:
    """Return what column_time() wrote as epoch seconds."""
    return (value if value.tzinfo else value.replace(tzinfo=dt.UTC)).timestamp()
