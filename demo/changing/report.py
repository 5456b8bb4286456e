"""The changes as a table for people and as values for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from demo.changing.measure import ChangeMeasurement, Outcome
from demo.measuring.report import align_all, format_ratio, format_seconds

HEADINGS: Final = (
    "what is done",
    "rows that follow",
    "queries",
    "time",
    "by hand: queries",
    "time",
    "by hand / library",
)


def format_changes(outcome: Outcome) -> str:
    """Return the changes as aligned text, and what the check said."""
    table = align_all([HEADINGS, *(_cells(each) for each in outcome.changes)])
    return f"{table}\n\n{summarise(outcome)}"


def summarise(outcome: Outcome) -> str:
    """Return in words what the table shows, good or bad."""
    agreeing = sum(each.agree for each in outcome.changes)
    return (
        f"The library left what a hand would have in {agreeing} of "
        f"{len(outcome.changes)} rows, and nobody told it which rows follow. "
        f"All of it was rolled back.\n"
        f"checkdata: {outcome.checked.sentence}."
    )


def as_values(outcome: Outcome) -> dict[str, Any]:
    """Return the same for JSON; times are in seconds."""
    return {
        "changes": [{**asdict(each), "ratio": each.ratio} for each in outcome.changes],
        "checked": asdict(outcome.checked),
    }


def _cells(change: ChangeMeasurement) -> Sequence[str]:
    followed = ", ".join(f"{n:,} {name}" for name, n in change.followed.items())
    return (
        change.name,
        followed or "none",
        f"{change.library.queries:,}",
        format_seconds(change.library.seconds),
        f"{change.by_hand.queries:,}",
        format_seconds(change.by_hand.seconds),
        f"{format_ratio(change.ratio)} x",
    )
