"""One page of flights, read without blocking the event loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import django
from django.core import paginator
from django.db.models import QuerySet

from demo.flights.models import Flight

PER_PAGE: Final = 25


@dataclass(frozen=True, slots=True)
class FlightPage:
    """What the template shows of a page."""

    flights: list[Flight]
    """Its rows, in order."""
    number: int
    """Which page this is, from 1."""
    last: int
    """Number of the last page."""


async def read_page(queryset: QuerySet[Flight], *, number: str) -> FlightPage:
    """
    Return a page; the nearest one there is, where the number is none of them.

    Cost:
        One `acount()` and one query for the rows.
    """
    if django.VERSION >= (6, 0):
        return await _read_page_async(queryset, number)
    return await _read_page_counted(queryset, number)


async def _read_page_async(queryset: QuerySet[Flight], number: str) -> FlightPage:
    """Use Django's own AsyncPaginator, which awaits the queryset's `acount()`."""
    pages = paginator.AsyncPaginator(queryset, PER_PAGE)
    page = await pages.aget_page(number)
    return FlightPage(
        flights=[flight async for flight in page],
        number=page.number,
        last=await pages.anum_pages(),
    )


async def _read_page_counted(queryset: QuerySet[Flight], number: str) -> FlightPage:
    """Give the sync Paginator of Django 5.2 its count, so that it asks for none."""
    pages = paginator.Paginator(queryset, PER_PAGE)
    pages.count = await queryset.acount()
    page = pages.get_page(number).number
    first = (page - 1) * PER_PAGE
    return FlightPage(
        flights=[flight async for flight in queryset[first : first + PER_PAGE]],
        number=page,
        last=pages.num_pages,
    )
