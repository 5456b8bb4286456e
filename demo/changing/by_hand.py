"""
The same changes as a project without the library makes them.

Who writes has to know which rows follow, find them before they cannot be found any
more, and compute each of them anew. This is plain Django as it is mostly written: a
statement for each of a few rows, `prefetch_related` and `bulk_update` for many.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from django.db.models import Avg, Count, QuerySet

from demo.flights.models import Airline, Airport, Flight, Plane

BATCH: Final = 1_000
# What one UPDATE of bulk_update takes; more rows make each of them dearer.
UPDATED_AT_ONCE: Final = 100


def rename(code: str, name: str) -> None:
    """Rename an airline."""
    Airline.objects.filter(code=code).update(name=name)
    label(Flight.objects.filter(carrier=code))


def move(old: str, new: str) -> None:
    """Give one airline's flights to another."""
    flights = Flight.objects.filter(carrier=old)
    keys = list(flights.values_list("pk", flat=True))
    flights.update(carrier=new)
    for some in batches(keys):
        label(Flight.objects.filter(pk__in=some))
    count_airlines({old, new})


def delete(code: str) -> None:
    """Delete all flights of an airline."""
    flights = Flight.objects.filter(carrier=code)
    airlines = others_of(flights, "carrier")
    airports = others_of(flights, "origin") | others_of(flights, "destination")
    planes = others_of(flights, "plane")
    flights.delete()
    count_airlines(airlines)
    count_airports(airports)
    measure_planes(planes)


def label(flights: QuerySet[Flight]) -> None:
    """Compute the labels of some flights."""
    rows = flights.select_related("carrier", "origin", "destination")
    for some in batches(rows.iterator(chunk_size=BATCH)):
        for flight in some:
            to = flight.destination.name if flight.destination else None
            flight.label = (
                f"{flight.carrier.name} {flight.number}: "
                f"{flight.origin.name} to {to or flight.destination_code}"
            )
        Flight.objects.bulk_update(some, ["label"], batch_size=UPDATED_AT_ONCE)


def count_airlines(codes: Iterable[str]) -> None:
    """Compute number of flights and mean delay of some airlines."""
    for airline in Airline.objects.filter(code__in=codes):
        found = airline.flights.aggregate(
            flights=Count("pk"), delay=Avg("departure_delay")
        )
        delay = found["delay"]
        Airline.objects.filter(pk=airline.pk).update(
            flight_count=found["flights"],
            mean_delay=None if delay is None else round(float(delay), 2),
        )


def count_airports(codes: Iterable[str]) -> None:
    """Compute departures and arrivals of some airports."""
    for airport in Airport.objects.filter(code__in=codes):
        Airport.objects.filter(pk=airport.pk).update(
            departure_count=airport.departures.aggregate(found=Count("pk"))["found"],
            arrival_count=airport.arrivals.aggregate(found=Count("pk"))["found"],
        )


def measure_planes(numbers: Iterable[str]) -> None:
    """Compute the distance that some planes flew."""
    for some in batches(numbers):
        planes = Plane.objects.filter(tail_number__in=some).prefetch_related("flights")
        for plane in planes:
            flights = plane.flights.all()
            flown = [each.distance for each in flights if each.departure is not None]
            plane.miles_flown = sum(flown)
        Plane.objects.bulk_update(planes, ["miles_flown"], batch_size=UPDATED_AT_ONCE)


def others_of(flights: QuerySet[Flight], relation: str) -> set[str]:
    """Return the keys that some flights have for a relation."""
    rows = flights.order_by().values_list(relation, flat=True).distinct()
    return {key for key in rows if key is not None}


def batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    """Yield the items in lists; Any, for they are keys or flights."""
    stream = iter(items)
    while some := list(islice(stream, BATCH)):
        yield some
