"""The flights list, as an async view."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from demo.flights.forms import FlightFilter
from demo.flights.models import Airline, Flight
from demo.flights.paging import read_page
from demo.measuring.report import format_seconds
from django_reckon.managers import FastCountQuerySet

# What the sources of a count are called on the page.
SOURCES: Final = {
    "cache": "cache tier",
    "stored": "table tier",
    "exact": "COUNT(*)",
}


@dataclass(frozen=True, slots=True)
class CountLine:
    """What the page says of its count."""

    value: int
    """How many flights there are."""
    source: str
    """Where the number comes from: 'cache', 'stored', 'exact'."""
    source_name: str
    """The same in words."""
    age: str
    """How old the number is, in words."""
    took: str
    """How long asking for it took, in words."""


async def flight_list(request: HttpRequest) -> HttpResponse:
    """Show a page of the flights that the filters leave, and their count."""
    carriers = [airline async for airline in Airline.objects.all()]
    form = FlightFilter(request.GET, carriers=carriers)
    flights = (
        Flight.objects.get_queryset()
        .filter(**form.lookups())
        .select_related("carrier", "destination")
        .order_by("date", "id")
    )
    count = await read_count(flights)
    page = await read_page(flights, number=request.GET.get("page", "1"))
    context = {"form": form, "count": count, "page": page}
    return render(request, "flights/list.html", context)


async def read_count(flights: FastCountQuerySet[Flight]) -> CountLine:
    """Return the count and how it came about."""
    start = perf_counter()
    info = await flights.acount_info()
    took = perf_counter() - start
    return CountLine(
        value=info.value,
        source=info.source,
        source_name=SOURCES.get(info.source, info.source),
        age="this moment" if info.exact else f"{info.age:.0f} s",
        took=format_seconds(took),
    )
