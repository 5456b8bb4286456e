"""Computed columns of rows that came in behind the library's back."""

from __future__ import annotations

from typing import Final, TypeVar

from django.db.models import Model, Q, QuerySet, Sum

from demo.flights.models import Airline, Airport, Flight, Plane
from demo.flights.plain import count_rows
from demo.loading.progress import stepping
from django_reckon.models import get_computedfields, update_dependent

M = TypeVar("M", bound=Model)

# Flights that one transaction labels.
SLICE: Final = 10_000


def is_filled() -> bool:
    """
    Tell whether the computed columns of all rows were computed once.

    Cost:
        Two queries; one reads the airlines, one looks for a flight without a label.
    """
    counted = Airline.objects.aggregate(flights=Sum("flight_count"))["flights"] or 0
    return (
        counted == count_rows(Flight) and not Flight.objects.filter(label="").exists()
    )


def fill_computed_columns() -> None:
    """
    Compute what the loader left out.

    It may be interrupted: the airlines, by which `is_filled` tells, come last.
    """
    _label_flights()
    flights = Flight.objects.order_by()
    # The others have no flights, and hold so.
    visited = Q(pk__in=flights.values("origin")) | Q(
        pk__in=flights.filter(destination__isnull=False).values("destination")
    )
    _fill(Airport.objects.filter(visited))
    _fill(Plane.objects.all())
    _fill(Airline.objects.all())


def _fill(rows: QuerySet[M]) -> None:
    """Compute all columns of some rows in one transaction."""
    model, total = rows.model, rows.count()
    with stepping(f"Computing {model._meta.verbose_name_plural}", total=total) as done:
        update_dependent(rows, update_fields=list(get_computedfields(model)))
        done(total)


def _label_flights() -> None:
    """Compute the labels of the flights that have none; copies come with theirs."""
    unlabelled = Flight.objects.filter(label="").order_by("pk")
    keys = list(unlabelled.values_list("pk", flat=True))
    with stepping("Labelling flights", total=len(keys)) as done:
        for start in range(0, len(keys), SLICE):
            some = keys[start : start + SLICE]
            flights = unlabelled.filter(pk__range=(some[0], some[-1]))
            update_dependent(flights, update_fields=["label"])
            done(len(some))
