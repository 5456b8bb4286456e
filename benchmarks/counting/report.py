"""The figures as a table for people and as JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from statistics import median
from typing import Any, Final

from benchmarks import tables
from benchmarks.counting.figures import Figure, Target, Unit
from benchmarks.counting.run import Outcome
from benchmarks.counting.setup import SIDES

HEADINGS: Final = ("", *(side.title for side in SIDES.values()))
JUDGED: Final = ("of fast-count", "target", "")
_VERDICTS: Final = {True: "pass", False: "MISS", None: ""}


def format_table(figures: Sequence[Figure]) -> str:
    """Return the figures as aligned text."""
    lines = [(*HEADINGS, *JUDGED), *(_cells(figure) for figure in figures)]
    return tables.format_table(lines)


def format_json(outcome: Outcome) -> str:
    """Return the outcome as one JSON object; times are in seconds."""
    return json.dumps(
        {
            "conditions": outcome.conditions,
            "notes": outcome.notes,
            "figures": [_as_mapping(figure) for figure in outcome.figures],
        },
        indent=2,
    )


def format_conditions(outcome: Outcome) -> str:
    """Return what the figures depend on, in one line."""
    return ", ".join(f"{name} {value}" for name, value in outcome.conditions.items())


def summarise(figures: Sequence[Figure]) -> str:
    """Return in words how many targets are met."""
    judged = [figure for figure in figures if figure.passed is not None]
    missed = [figure.title for figure in judged if not figure.passed]
    unknown = [
        figure.title
        for figure in figures
        if figure.target is not None and figure.passed is None
    ]
    lines = [f"{len(judged) - len(missed)} of {len(judged)} targets are met."]
    lines += [f"Missed: {title}." for title in missed]
    lines += [f"Not measured: {title}." for title in unknown]
    return "\n".join(lines)


def _cells(figure: Figure) -> tuple[str, ...]:
    values = (
        _format_samples(figure.samples.get(name, []), figure.unit) for name in SIDES
    )
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f} x"
    target = "" if figure.target is None else _format_target(figure.target, figure.unit)
    return (figure.title, *values, ratio, target, _VERDICTS[figure.passed])


def _format_samples(samples: Sequence[float], unit: Unit) -> str:
    if not samples:
        return "n/a"
    if unit == "seconds":
        return _format_seconds(median(samples))
    if unit == "bytes":
        return _format_bytes(median(samples))
    low, high = min(samples), max(samples)
    return f"{low:g}" if low == high else f"{low:g}-{high:g}"


def _format_target(target: Target, unit: Unit) -> str:
    if target.relative:
        return f"<= {target.most:g} x"
    most = _format_bytes(target.most) if unit == "bytes" else f"{target.most:g}"
    return f"<= {most}"


def _format_bytes(size: float) -> str:
    return f"{size / 1024:,.0f} KiB"


def _format_seconds(seconds: float) -> str:
    if seconds >= 1e-3:
        return f"{seconds * 1e3:.1f} ms"
    return f"{seconds * 1e6:.1f} µs"


def _as_mapping(figure: Figure) -> dict[str, Any]:
    return {
        "key": figure.key,
        "title": figure.title,
        "unit": figure.unit,
        "samples": figure.samples,
        "median": {name: median(values) for name, values in figure.samples.items()},
        "ratio": figure.ratio,
        "target": None if figure.target is None else asdict(figure.target),
        "passed": figure.passed,
    }
