"""The figures as tables for people and as JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Final

from benchmarks.computing.sides import COMPUTEDFIELDS, PLAIN, RECKON
from benchmarks.keeping.figures import Figure
from benchmarks.keeping.run import Outcome
from benchmarks.tables import format_table
from benchmarks.verdicts import format_verdicts

# Plain Django's models and SQL by hand at the end.
TITLES: Final = {
    PLAIN.name: "by hand",
    RECKON.name: RECKON.title,
    COMPUTEDFIELDS.name: COMPUTEDFIELDS.title,
}


def format_outcome(outcome: Outcome) -> str:
    """Return everything as text."""
    conditions = ", ".join(f"{name} {it}" for name, it in outcome.conditions.items())
    verdicts = outcome.figures.verdicts()
    parts = [
        f"{title}\n{table}\n\n{format_verdicts(verdicts[name])}"
        for name, title, table in _tables(outcome)
    ]
    return "\n\n".join([conditions, *parts, *outcome.notes])


def format_json(outcome: Outcome) -> str:
    """Return the outcome as one JSON object; times are in seconds, memory in KiB."""
    return json.dumps(
        {
            "conditions": outcome.conditions,
            "notes": outcome.notes,
            "figures": asdict(outcome.figures),
            "targets": {
                name: [each.as_mapping() for each in some]
                for name, some in outcome.figures.verdicts().items()
            },
        },
        indent=2,
    )


def _tables(outcome: Outcome) -> Iterator[tuple[str, str, str]]:
    """Yield each table that has lines: its name, its title, and itself."""
    figures = outcome.figures
    if figures.families:
        rows = figures.families[0].rows
        title = f"Sum and number of {rows:,} children, kept on 1,000 parents"
        yield "families", title, _compared(figures.families)
    if figures.levels:
        title = f"Four levels, {figures.levels[0].rows:,} rows changed"
        yield "levels", title, _compared(figures.levels)
    if figures.commands:
        title = f"Commands, {figures.commands[0].rows:,} rows"
        yield "commands", title, _rates(figures.commands)
    if figures.memory:
        yield "memory", "Most memory of a command's process", _memory(figures.memory)
    if figures.wrapper:
        lines = [("statement", "us"), *_wrapper(figures.wrapper)]
        title = "What a statement pays while a refresh waits"
        yield "wrapper", title, format_table(lines)


def _compared(figures: Sequence[Figure]) -> str:
    head = [
        f"{title} {unit}" for title in TITLES.values() for unit in ("queries", "ms")
    ]
    ratios = ("of by hand", "theirs of by hand", "times faster")
    lines = [("", *head, *ratios)]
    for figure in figures:
        ours = figure.of_hand(RECKON.name)
        theirs = figure.of_hand(COMPUTEDFIELDS.name)
        cells = [cell for side in TITLES for cell in _cost(figure, side)]
        lines.append(
            (figure.task, *cells, _times(ours), _times(theirs), _times(figure.faster))
        )
    return format_table(lines)


def _rates(figures: Sequence[Figure]) -> str:
    head = [f"{title} rows/s" for title in TITLES.values()]
    lines = [("", *head, "times faster")]
    for figure in figures:
        rates = []
        for side in TITLES:
            taken = figure.taken(side)
            rates.append(f"{figure.rows / taken:,.0f}" if taken else "n/a")
        lines.append((figure.task, *rates, _times(figure.faster)))
    return format_table(lines)


def _memory(figures: Sequence[Figure]) -> str:
    sides = (RECKON.name, COMPUTEDFIELDS.name)
    lines = [("", *(f"{TITLES[side]} MiB" for side in sides))]
    for figure in figures:
        peaks = [figure.peaks.get(side) for side in sides]
        cells = ["n/a" if it is None else f"{it / 1024:,.1f}" for it in peaks]
        lines.append((f"{figure.task}, {figure.rows:,} rows", *cells))
    return format_table(lines)


def _wrapper(microseconds: dict[str, float]) -> Iterator[tuple[str, str]]:
    for kind, taken in microseconds.items():
        yield kind, f"{taken:.2f}"


def _cost(figure: Figure, side: str) -> tuple[str, str]:
    cost, taken = figure.costs.get(side), figure.taken(side)
    if cost is None or taken is None:
        return "n/a", "n/a"
    return f"{cost.queries:,}", f"{taken * 1e3:,.1f}"


def _times(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f} x"
