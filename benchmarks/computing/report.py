"""The figures as a table for people and as JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from benchmarks.computing.figures import Cost, Figure, verdicts_of
from benchmarks.computing.run import Outcome
from benchmarks.computing.sides import SIDES
from benchmarks.tables import format_table
from benchmarks.verdicts import Verdict, format_verdicts

HEADINGS: Final = (
    "",
    *(f"{side.title} {unit}" for side in SIDES.values() for unit in ("queries", "ms")),
    "of plain",
    "times faster",
)
# SQLite in memory leaves nothing but Python's own time; no target was set there.
JUDGED: Final = "PostgreSQL"


def format_outcome(outcome: Outcome) -> str:
    """Return everything as text."""
    conditions = ", ".join(f"{name} {it}" for name, it in outcome.conditions.items())
    parts = []
    for kind in dict.fromkeys((each.database, each.size) for each in outcome.figures):
        figures = [
            each for each in outcome.figures if (each.database, each.size) == kind
        ]
        database, size = kind
        lines = [HEADINGS, *(_cells(figure) for figure in figures)]
        parts.append(f"{database}, {size} books\n{format_table(lines)}")
    verdicts = verdicts_in(outcome)
    if verdicts:
        parts.append(f"{JUDGED}\n{format_verdicts(verdicts)}")
    return "\n\n".join([conditions, *parts, *outcome.notes])


def verdicts_in(outcome: Outcome) -> list[Verdict]:
    """Return the targets of a run, and whether they are met."""
    return verdicts_of([each for each in outcome.figures if each.database == JUDGED])


def format_json(outcome: Outcome) -> str:
    """Return the outcome as one JSON object; times are in seconds."""
    return json.dumps(
        {
            "conditions": outcome.conditions,
            "notes": outcome.notes,
            "figures": [_as_mapping(figure) for figure in outcome.figures],
            "targets": [each.as_mapping() for each in verdicts_in(outcome)],
        },
        indent=2,
    )


def _as_mapping(figure: Figure) -> dict[str, object]:
    return {
        **asdict(figure),
        "of_plain": figure.of_plain,
        "faster": figure.faster,
        "extra_queries": figure.extra,
    }


def _cells(figure: Figure) -> tuple[str, ...]:
    costs: Sequence[Cost | None] = [figure.costs.get(name) for name in SIDES]
    cells = [cell for cost in costs for cell in _cost(cost, by_clock=figure.by_clock)]
    return (figure.task, *cells, _times(figure.of_plain, 2), _times(figure.faster, 1))


def _times(ratio: float | None, places: int) -> str:
    return "" if ratio is None else f"{ratio:.{places}f} x"


def _cost(cost: Cost | None, *, by_clock: bool) -> tuple[str, str]:
    if cost is None:
        return "n/a", "n/a"
    return f"{cost.queries:,}", f"{cost.taken(by_clock=by_clock) * 1e3:,.1f}"
