"""The figures as a table for people and as JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from statistics import median
from typing import Final

from benchmarks.computing.run import Cost, Figure, Outcome
from benchmarks.computing.sides import SIDES

HEADINGS: Final = (
    "",
    *(f"{side.title} {unit}" for side in SIDES.values() for unit in ("queries", "ms")),
    "queries of theirs",
    "times faster",
)


def format_outcome(outcome: Outcome) -> str:
    """Return everything as text."""
    conditions = ", ".join(f"{name} {it}" for name, it in outcome.conditions.items())
    tables = []
    for kind in dict.fromkeys((each.database, each.size) for each in outcome.figures):
        figures = [
            each for each in outcome.figures if (each.database, each.size) == kind
        ]
        database, size = kind
        tables.append(f"{database}, {size} books\n{_table(figures)}")
    return "\n\n".join([conditions, *tables, *outcome.notes])


def format_json(outcome: Outcome) -> str:
    """Return the outcome as one JSON object; times are in seconds."""
    return json.dumps(
        {
            "conditions": outcome.conditions,
            "notes": outcome.notes,
            "figures": [
                {**asdict(figure), "ratio": figure.ratio} for figure in outcome.figures
            ],
        },
        indent=2,
    )


def _table(figures: Sequence[Figure]) -> str:
    lines = [HEADINGS, *(_cells(figure) for figure in figures)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    head, *body = [_align(line, widths) for line in lines]
    return "\n".join([head, "-" * len(head), *body])


def _cells(figure: Figure) -> tuple[str, ...]:
    ours, theirs = (figure.costs.get(name) for name in SIDES)
    part = f"{ours.queries / theirs.queries:.1%}" if ours and theirs else ""
    ratio = "" if figure.ratio is None else f"{figure.ratio:.1f} x"
    return (figure.task, *_cost(ours), *_cost(theirs), part, ratio)


def _cost(cost: Cost | None) -> tuple[str, str]:
    if cost is None:
        return "n/a", "n/a"
    return f"{cost.queries:,}", f"{median(cost.seconds) * 1e3:,.1f}"


def _align(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Return one line: the first column to the left, the others to the right."""
    first = cells[0].ljust(widths[0])
    others = [
        cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)
    ]
    return "  ".join([first, *others]).rstrip()
