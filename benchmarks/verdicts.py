"""What a run was to reach, and whether it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from benchmarks import tables

_WORDS: Final = {True: "met", False: "missed", None: "not measured"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    One target beside what was measured.

    Attributes:
        title: What was measured.
        value: What came of it; None if nobody could tell.
        limit: What it is to be.
        unit: What stands behind both numbers.
        least: Whether the limit is the least it may be; else the most.
    """

    title: str
    value: float | None
    limit: float
    unit: str
    least: bool = False

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None when nobody can tell."""
        if self.value is None:
            return None
        return self.value >= self.limit if self.least else self.value <= self.limit

    def cells(self) -> tuple[str, ...]:
        """Return the line of the table."""
        value = "n/a" if self.value is None else f"{_number(self.value)} {self.unit}"
        kind = "at least" if self.least else "at most"
        target = f"{kind} {_number(self.limit)} {self.unit}"
        return (self.title, value, target, _WORDS[self.met])

    def as_mapping(self) -> dict[str, Any]:
        """Return what JSON is to say."""
        return {
            "title": self.title,
            "value": self.value,
            "limit": self.limit,
            "unit": self.unit,
            "least": self.least,
            "met": self.met,
        }


def format_verdicts(verdicts: Sequence[Verdict]) -> str:
    """Return the targets as a table, and in words how many are met."""
    lines = [("target", "measured", "to be", ""), *(each.cells() for each in verdicts)]
    met = sum(each.met is True for each in verdicts)
    counted = f"{met} of {len(verdicts)} targets are met."
    return f"{tables.format_table(lines)}\n{counted}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"
