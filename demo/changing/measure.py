"""
What each change costs, in a transaction that is rolled back.

The flights are the same afterwards, so the demo can be run again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from django.db import connection, transaction

from demo.changing.changes import Change
from demo.changing.check import Checked, check
from demo.flights.models import Airline, Airport, Flight, Plane
from demo.loading.progress import say
from django_reckon.changes.capture import unseen
from django_reckon.models import flush
from django_reckon.signals import resolver_update


@dataclass(frozen=True, slots=True)
class Cost:
    """What one way of doing a change took."""

    queries: int
    """Statements that reached the database."""
    seconds: float
    """From the first to the last of them."""


@dataclass(frozen=True, slots=True)
class ChangeMeasurement:
    """What one row of the table says."""

    name: str
    """What was done, in words."""
    followed: dict[str, int]
    """Label of a model -> its rows whose computed columns followed."""
    library: Cost
    """The change by the ORM, with all that the library did."""
    by_hand: Cost
    """The same change by plain Django, with all that follows computed by hand."""
    agree: bool
    """Whether both left the same values in every computed column."""

    @property
    def ratio(self) -> float:
        """How many times longer it takes by hand."""
        return self.by_hand.seconds / self.library.seconds

    def faults(self) -> Iterator[str]:
        """Yield a sentence if the two ways differ."""
        if not self.agree:
            yield f"{self.name}: the library stored other values than a hand would."


@dataclass(slots=True)
class Outcome:
    """All changes, and what the check said when they were made."""

    changes: list[ChangeMeasurement] = field(default_factory=list)
    checked: Checked = field(default_factory=Checked)

    def faults(self) -> Iterator[str]:
        """Yield a sentence for whatever is wrong."""
        for each in self.changes:
            yield from each.faults()
        if self.checked.differing:
            yield f"checkdata: {self.checked.sentence}"


def measure_changes(changes: list[Change]) -> Outcome:
    """Make the changes one after the other, check every row, and undo it all."""
    outcome = Outcome()
    with rolled_back():
        for change in changes:
            say(f"Changing: {change.name} ...")
            outcome.changes.append(_measure(change))
        outcome.checked = check()
    return outcome


def _measure(change: Change) -> ChangeMeasurement:
    with rolled_back(), unseen():
        # As if the library were not installed: it looks at none of these writes.
        by_hand = cost(change.by_hand)
        expected = computed_values()
    with followers() as followed:
        library = cost(lambda: _complete(change))
    return ChangeMeasurement(
        name=change.name,
        followed=followed,
        library=library,
        by_hand=by_hand,
        agree=computed_values() == expected,
    )


def _complete(change: Change) -> None:
    """Make a change by the ORM, and what would be done before its COMMIT."""
    change.write()
    flush()


def cost(call: Callable[[], object]) -> Cost:
    """Return what a call takes."""
    counter = Counter()
    with connection.execute_wrapper(counter):
        start = perf_counter()
        call()
        return Cost(counter.queries, perf_counter() - start)


class Counter:
    """Counts statements on their way to the database."""

    def __init__(self) -> None:
        """Begin with none."""
        self.queries = 0

    # The types are Django's own business: everything is handed on.
    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        """Count one and let it pass."""
        self.queries += 1
        return execute(*arguments)


@contextmanager
def followers() -> Iterator[dict[str, int]]:
    """Count the rows that the library rewrites meanwhile, by model."""
    found: dict[str, int] = {}

    def note(model: Any, pks: list[Any], **_: object) -> None:
        name = str(model._meta.verbose_name_plural)
        found[name] = found.get(name, 0) + len(pks)

    resolver_update.connect(note)
    try:
        yield found
    finally:
        resolver_update.disconnect(note)


@contextmanager
def rolled_back() -> Iterator[None]:
    """Undo whatever the block writes."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def computed_values() -> list[list[tuple[Any, ...]]]:
    """Return every computed column as it is stored; Any, as columns are."""
    airlines = Airline.objects.values_list("pk", "flight_count", "mean_delay")
    airports = Airport.objects.values_list("pk", "departure_count", "arrival_count")
    planes = Plane.objects.values_list("pk", "miles_flown")
    labels = Flight.objects.values_list("pk", "label").order_by("pk")
    return [list(airlines), list(airports), list(planes), list(labels)]
