"""One step's chunks, shared out among worker processes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from django.db import connections
from typing_extensions import override

from django_reckon.computed.auditing.crew import Crew
from django_reckon.computed.auditing.ranges import KeyRange, key_ranges
from django_reckon.computed.auditing.rebuild import columns_of, is_entwined, rebuilt
from django_reckon.computed.refreshing.chunks import chunk_size
from django_reckon.computed.refreshing.engine import Tally
from django_reckon.computed.rules.graph import Step
from django_reckon.computed.writers import writer_named
from django_reckon.ground.installed import apps

# A step as another process can read it: models that were made at run time, by other
# packages say, are nowhere that pickle would find them.
_PlainStep: TypeAlias = tuple[int, str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class RangeOrder:
    """
    A range of one step's rows that a worker is to bring up to date.

    Attributes:
        steps: That step, last, and those before.
        alias: The database.
        within: The range.
        mode: Name of the writer; None for what the settings say.
        querysize: Rows in a transaction; None for what fields and settings say.
    """

    steps: tuple[_PlainStep, ...]
    alias: str
    within: KeyRange
    mode: str | None
    querysize: int | None

    @override
    def __str__(self) -> str:
        _, label, _ = self.steps[-1]
        within = f"pk {self.within.first!r} to {self.within.last!r}"
        return f"{label} on {self.alias}, {within}"


_JOB: Final = "django_reckon.computed.auditing.workers.fulfilled"

RangeCrew: TypeAlias = Crew[RangeOrder, Tally]


def range_crew(size: int) -> RangeCrew:
    """Return a crew for shared(), to be used in a with block."""
    return Crew(size, _JOB)


def shared(
    crew: RangeCrew,
    steps: Sequence[Step],
    at: int,
    alias: str,
    *,
    mode: str | None = None,
    querysize: int | None = None,
) -> Iterator[Tally]:
    """
    Bring one step's fields up to date as rebuilt() does, by several processes.

    Every chunk is done when the last tally has been yielded, so that the next step may
    begin. One chunk at a time is done where more would only meet: in a database that
    has one writer at a time, and where rows of the step depend on each other, for two
    transactions that follow their rows into each other's chunks would deadlock.

    Raises:
        ResolutionError: As for rebuilt(); what crew.share() raises otherwise.

    Cost:
        Two queries a chunk more than rebuilt(): this process reads where it begins and
        ends, the worker its keys.
    """
    plain = tuple((s.level, s.model._meta.label, s.fields) for s in steps[: at + 1])
    step = steps[at]
    size = chunk_size(columns_of(step), querysize)
    orders = (
        RangeOrder(plain, alias, within, mode, querysize)
        for within in key_ranges(step.model, alias, size)
    )
    alone = is_entwined(steps, at) or not _has_many_writers(alias)
    yield from crew.share(orders, at_once=1 if alone else None)


def fulfilled(order: RangeOrder) -> Tally:
    """Return what an order took; this is what a worker runs."""
    steps = [
        Step(level, apps.get_model(label), fields)
        for level, label, fields in order.steps
    ]
    total = Tally()
    for each in rebuilt(
        steps,
        len(steps) - 1,
        order.alias,
        writer=writer_named(order.mode) if order.mode else None,
        querysize=order.querysize,
        within=order.within,
    ):
        total.read += each.read
        total.written += each.written
    return total


def _has_many_writers(alias: str) -> bool:
    """Tell whether writers wait for rows only, not for the whole database."""
    # Django knows no name for the latter; it comes down to the former in practice.
    return connections[alias].features.has_select_for_update
