"""The measurements as a table for people and as JSON for machines."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from typing import Any, Final

import django
from django.core.cache import caches
from django.db import connection

from demo.measuring.measure import Measurement
from demo.measuring.stopwatch import Timed

HEADINGS: Final = (
    "count of",
    "rows",
    "plain count",
    "first count",
    "cache tier",
    "table tier",
    "acount()",
    "plain / cache",
)
WAYS: Final = ("plain", "first", "cache", "table", "acount")


def describe_setting() -> dict[str, str]:
    """Return what the figures depend on: versions, database, cache."""
    database = ".".join(str(part) for part in connection.get_database_version())
    return {
        "database": f"{connection.display_name} {database}",
        "cache": caches["default"].__class__.__name__,
        "django": django.get_version(),
        "python": platform.python_version(),
    }


def format_table(measurements: Sequence[Measurement]) -> str:
    """Return the measurements as aligned text."""
    return align_all([HEADINGS, *(_cells(measurement) for measurement in measurements)])


def align_all(lines: Sequence[Sequence[str]]) -> str:
    """Return lines of cells as a table, the headings first."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    head, *body = [_align(line, widths) for line in lines]
    return "\n".join([head, "-" * len(head), *body])


def as_values(measurements: Sequence[Measurement]) -> dict[str, Any]:
    """Return the measurements for JSON; times are in seconds."""
    return {"rows": [_as_mapping(measurement) for measurement in measurements]}


def summarise(measurements: Sequence[Measurement]) -> str:
    """Return in words what the table shows, good or bad."""
    slowest = max(measurement.cache.seconds for measurement in measurements)
    best = max(measurements, key=lambda measurement: measurement.ratio)
    faster = sum(measurement.ratio > 1 for measurement in measurements)
    return (
        f"A hit in the cache tier took {format_seconds(slowest)} at most. It beat the "
        f"plain count in {faster} of {len(measurements)} rows, by up to "
        f"{format_ratio(best.ratio)} times ({best.name}).\n"
        f"A plain count grows with the table, a hit does not: --copies makes it larger."
    )


def format_seconds(seconds: float) -> str:
    """Return a duration in the unit that suits it, with three digits."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{_three_digits(seconds / size)} {unit}"
    return f"{_three_digits(seconds / 1e-6)} µs"


def format_ratio(ratio: float) -> str:
    """Return how many times, without digits that mean nothing."""
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}"


def _three_digits(number: float) -> str:
    if number >= 100:
        return f"{number:.0f}"
    return f"{number:.1f}" if number >= 10 else f"{number:.2f}"


def _cells(measurement: Measurement) -> tuple[str, ...]:
    times: list[Timed] = [getattr(measurement, way) for way in WAYS]
    return (
        measurement.name,
        f"{measurement.value:,}",
        *(format_seconds(timed.seconds) for timed in times),
        f"{format_ratio(measurement.ratio)} x",
    )


def _align(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Return one line: the first column to the left, the others to the right."""
    first = cells[0].ljust(widths[0])
    others = (
        cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)
    )
    return "   ".join([first, *others])


def _as_mapping(measurement: Measurement) -> dict[str, Any]:
    times: dict[str, Timed] = {way: getattr(measurement, way) for way in WAYS}
    return {
        "name": measurement.name,
        "value": measurement.value,
        "seconds": {way: timed.seconds for way, timed in times.items()},
        "runs": {way: timed.runs for way, timed in times.items()},
        "sources": measurement.sources,
        "ratio": measurement.ratio,
    }
