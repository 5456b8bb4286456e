"""What was measured of the engines, and what it is to be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from benchmarks.computing.figures import Cost
from benchmarks.computing.sides import COMPUTEDFIELDS, PLAIN, RECKON
from benchmarks.verdicts import Verdict

# Task -> the most it may take, as a multiple of SQL by hand.
OF_HAND: Final = {"saves": 1.5, "bulk_create": 3, "update": 3, "rebuild": 5}
FOUR_LEVELS_FASTER: Final = 5
# What the prototype that reads rows reached: 2,263 ms of theirs, 385 of its own.
FOUR_LEVELS_OF_THEIRS: Final = 385 / 2263
# Task -> the rows a second, as a multiple of theirs.
RATES: Final = {"updatedata, defaults": 5, "checkdata": 2}
# What each side does by its own defaults. With its fast writer switched on, theirs
# gives bulk_update() far too many rows at once, even where the command says "bulk".
UNTUNED: Final = ("updatedata, defaults",)
# Of a command's memory, for three times as many rows. Nothing is quite the same twice.
GROWTH: Final = 1.05
WRAPPER_MICROSECONDS: Final = 1


@dataclass(frozen=True, slots=True)
class Figure:
    """
    One line of a table.

    Attributes:
        task: What was done.
        rows: How many were there before.
        costs: By side; a side that failed is missing.
        peaks: By side, the most memory of a process that did it, in KiB.
    """

    task: str
    rows: int
    costs: dict[str, Cost] = field(default_factory=dict)
    peaks: dict[str, int] = field(default_factory=dict)

    @property
    def by_clock(self) -> bool:
        """Whether the sides can only be compared by the clock."""
        return any(cost.by_clock for cost in self.costs.values())

    def taken(self, side: str) -> float | None:
        """Return the seconds of a side, the median of the rounds."""
        cost = self.costs.get(side)
        return None if cost is None else cost.taken(by_clock=self.by_clock)

    def of_hand(self, side: str) -> float | None:
        """Return how many times longer a side takes than SQL by hand."""
        return _ratio(self.taken(side), self.taken(PLAIN.name))

    @property
    def faster(self) -> float | None:
        """How many times longer django-computedfields takes than ours."""
        return _ratio(self.taken(COMPUTEDFIELDS.name), self.taken(RECKON.name))


@dataclass(slots=True)
class Figures:
    """
    Everything that was measured.

    Attributes:
        families: Sums over children, one line a task.
        levels: Four levels.
        commands: updatedata and checkdata; theirs at its default, which is bulk.
        memory: The same of ours, for more and more rows.
        wrapper: Kind of statement -> microseconds that it pays while something waits.
        idle: Wrappers that are there while nothing waits; None if not measured.
    """

    families: list[Figure] = field(default_factory=list)
    levels: list[Figure] = field(default_factory=list)
    commands: list[Figure] = field(default_factory=list)
    memory: list[Figure] = field(default_factory=list)
    wrapper: dict[str, float] = field(default_factory=dict)
    idle: int | None = None

    def verdicts(self) -> dict[str, list[Verdict]]:
        """Return the targets by table."""
        return {
            "families": list(self._of_families()),
            "levels": list(self._of_levels()),
            "commands": list(self._of_commands()),
            "memory": list(self._of_memory()),
            "wrapper": list(self._of_wrapper()),
        }

    def _of_families(self) -> Iterator[Verdict]:
        for figure in self.families:
            ratio = figure.of_hand(RECKON.name)
            yield Verdict(figure.task, ratio, OF_HAND[figure.task], "x SQL by hand")

    def _of_levels(self) -> Iterator[Verdict]:
        for figure in self.levels:
            title = "four levels"
            unit = "x as fast as theirs"
            yield Verdict(title, figure.faster, FOUR_LEVELS_FASTER, unit, least=True)
            part = _ratio(1, figure.faster)
            yield Verdict(title, part, FOUR_LEVELS_OF_THEIRS, "of their time")

    def _of_commands(self) -> Iterator[Verdict]:
        for figure in self.commands:
            if figure.task in RATES:
                least, unit = RATES[figure.task], "x their default rate"
                yield Verdict(figure.task, figure.faster, least, unit, least=True)

    def _of_memory(self) -> Iterator[Verdict]:
        for task, peaks in self.peaks().items():
            few, many = min(peaks), max(peaks)
            title = f"{task}, {many:,} rows instead of {few:,}"
            growth = _ratio(peaks[many], peaks[few])
            yield Verdict(title, growth, GROWTH, "x the memory")

    def peaks(self, side: str = RECKON.name) -> Mapping[str, dict[int, int]]:
        """Return the peaks of a side's memory by task and rows, in KiB."""
        found: dict[str, dict[int, int]] = {}
        for figure in self.memory:
            if side in figure.peaks:
                found.setdefault(figure.task, {})[figure.rows] = figure.peaks[side]
        return found

    def _of_wrapper(self) -> Iterator[Verdict]:
        # Long lists of keys are shown, but no ordinary statements.
        ordinary = [us for kind, us in self.wrapper.items() if "keys" not in kind]
        slowest = max(ordinary) if ordinary else None
        yield Verdict("slowest ordinary one", slowest, WRAPPER_MICROSECONDS, "us")
        yield Verdict("wrappers while nothing waits", self.idle, 0, "of them")


def _ratio(above: float | None, below: float | None) -> float | None:
    return above / below if above is not None and below else None
