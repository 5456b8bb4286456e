"""One line of the table of computed fields, and what it is to be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from benchmarks.computing.sides import COMPUTEDFIELDS, PLAIN, RECKON
from benchmarks.verdicts import Verdict

# Task -> the most it may take, as a multiple of the same without computed fields.
OF_PLAIN: Final = {"create, looped": 1.3, "update, looped": 1.4, "save, looped": 1.6}
# For 10,000 rows one by one, besides the refresh: a query each, and one more for the
# first full save() on each shelf. Those that make the shelves do not count.
LOOPED_QUERIES: Final = {
    "create, looped": 10_050,
    "update, looped": 10_050,
    "save, looped": 10_150,
}
# What is to be faster than theirs where nothing can be merged.
FASTER: Final = ("create, autocommit", "create, read each")
BULK: Final = ("create, bulk", "update, bulk", "bulk_update, bulk", "delete, bulk")
# Statements that bulk work may take beside its own, whatever its size.
BULK_QUERIES: Final = 12


@dataclass(frozen=True, slots=True)
class Cost:
    """
    What a task took on one side.

    Attributes:
        queries: Statements of a round.
        seconds: By the clock, round by round.
        processor: Of client and server, round by round; None where nobody can tell.
    """

    queries: int
    seconds: list[float] = field(default_factory=list)
    processor: list[float | None] = field(default_factory=list)

    @property
    def by_clock(self) -> bool:
        """Whether the processors' time is missing."""
        return None in self.processor

    def taken(self, *, by_clock: bool) -> float:
        """Return the median of the rounds, in seconds."""
        known = [each for each in self.processor if each is not None]
        return median(self.seconds if by_clock else known)

    def __str__(self) -> str:
        """Return both in few words."""
        taken = self.taken(by_clock=self.by_clock)
        return f"{self.queries:,} queries in {taken:.3f} s"


@dataclass(frozen=True, slots=True)
class Figure:
    """
    One line of the table.

    Attributes:
        database: Its product.
        shelves: How many.
        books: How many on each.
        task: What was done.
        costs: By side; a side that failed is missing.
    """

    database: str
    shelves: int
    books: int
    task: str
    costs: dict[str, Cost]

    @property
    def size(self) -> str:
        """As the table shows it."""
        return f"{self.shelves} x {self.books}"

    @property
    def by_clock(self) -> bool:
        """Whether the sides can only be compared by the clock."""
        return any(cost.by_clock for cost in self.costs.values())

    @property
    def of_plain(self) -> float | None:
        """How many times longer ours takes than plain Django."""
        return self._ratio(RECKON.name, PLAIN.name)

    @property
    def faster(self) -> float | None:
        """How many times longer django-computedfields takes than ours."""
        return self._ratio(COMPUTEDFIELDS.name, RECKON.name)

    @property
    def extra(self) -> int | None:
        """How many queries ours takes beside those of plain Django."""
        ours, plain = (self.costs.get(each.name) for each in (RECKON, PLAIN))
        return ours.queries - plain.queries if ours and plain else None

    def _ratio(self, over: str, under: str) -> float | None:
        above, below = self.costs.get(over), self.costs.get(under)
        if above is None or below is None:
            return None
        clock = self.by_clock
        return above.taken(by_clock=clock) / below.taken(by_clock=clock)


def verdicts_of(figures: Sequence[Figure]) -> list[Verdict]:
    """Return the targets of some figures of one database."""
    found: list[Verdict] = []
    for figure in figures:
        found += _verdicts(figure)
    return [*found, *_of_growth(figures)]


def _verdicts(figure: Figure) -> Iterator[Verdict]:
    title = f"{figure.task}, {figure.size}"
    rows = figure.shelves * figure.books
    if figure.task in OF_PLAIN and rows == 10_000:
        most = OF_PLAIN[figure.task]
        yield Verdict(title, figure.of_plain, most, "x plain")
        ours = figure.costs.get(RECKON.name)
        made = figure.shelves if figure.task.startswith("create") else 0
        queries = ours.queries - made if ours else None
        yield Verdict(title, queries, LOOPED_QUERIES[figure.task], "queries")
    if figure.task in FASTER and rows == 1_000:
        yield Verdict(title, figure.faster, 1, "x as fast as theirs", least=True)
    if figure.task in BULK:
        yield Verdict(title, figure.extra, BULK_QUERIES, "queries beside plain")


def _of_growth(figures: Sequence[Figure]) -> Iterator[Verdict]:
    """Yield whether bulk work of more rows takes more queries."""
    extras: Mapping[str, dict[int, int]] = {task: {} for task in BULK}
    for figure in figures:
        if figure.task in BULK and figure.extra is not None:
            extras[figure.task][figure.shelves * figure.books] = figure.extra
    for task, by_rows in extras.items():
        if len(by_rows) > 1:
            few, many = by_rows[min(by_rows)], by_rows[max(by_rows)]
            title = f"{task}, {max(by_rows):,} rows instead of {min(by_rows):,}"
            yield Verdict(title, many - few, 0, "more queries beside plain")
