"""Judging values that users wrote, whatever the annotations say."""

from __future__ import annotations

import datetime as dt


def is_duration(
    value: object, *, least: dt.timedelta = dt.timedelta(microseconds=1)
) -> bool:
    """Tell whether value is a timedelta of at least that length."""
    return isinstance(value, dt.timedelta) and value >= least


def is_whole(value: object, *, least: int) -> bool:
    """Tell whether value is an int, no bool, and at least that great."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= least
