"""Judging values that users wrote, whatever the annotations say."""

from __future__ import annotations

import datetime as dt
from typing import Final

# A century: what is longer is a mistake, and would leave the range of dates.
LONGEST: Final = dt.timedelta(days=36_525)


def is_duration(
    value: object, *, least: dt.timedelta = dt.timedelta(microseconds=1)
) -> bool:
    """Tell whether value is a timedelta from that length to a century."""
    return isinstance(value, dt.timedelta) and least <= value <= LONGEST


def is_whole(value: object, *, least: int, most: int | None = None) -> bool:
    """Tell whether value is an int, no bool, within these bounds."""
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return value >= least and (most is None or value <= most)
