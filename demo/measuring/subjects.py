"""The querysets whose counts are measured."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.test import RequestFactory
from django.urls import reverse

from demo.flights.models import LATE_MINUTES, Airport, Flight
from django_reckon.managers import FastCountQuerySet


@dataclass(frozen=True, slots=True)
class Subject:
    """One row of the table."""

    name: str
    """What is counted, in words."""
    queryset: FastCountQuerySet[Flight]
    """What is counted; never evaluated."""


def list_subjects() -> list[Subject]:
    """Return what is measured, in the order of the table."""
    flights = Flight.objects.get_queryset()
    late = flights.filter(origin="JFK", departure_delay__gt=LATE_MINUTES)
    newark = Airport.objects.get(code="EWR")
    return [
        Subject("all flights", flights),
        Subject("carrier = United", flights.filter(carrier="UA")),
        Subject(f"over {LATE_MINUTES} min late from JFK", late),
        Subject("newark.departures", _fast(newark.departures.all())),
        Subject("admin changelist, ordered", changelist_queryset()),
    ]


def changelist_queryset() -> FastCountQuerySet[Flight]:
    """
    Return the ordered queryset that the admin's paginator counts.

    It comes from the real changelist, as a superuser who opens the page would cause it.
    """
    request = RequestFactory().get(reverse("admin:flights_flight_changelist"))
    request.user = User(is_active=True, is_staff=True, is_superuser=True)
    model_admin = admin.site.get_model_admin(Flight)
    queryset = model_admin.get_changelist_instance(request).queryset
    assert queryset.ordered
    return _fast(queryset)


def _fast(queryset: QuerySet[Flight]) -> FastCountQuerySet[Flight]:
    """Return the queryset, made sure that it is what this demo is about."""
    if not isinstance(queryset, FastCountQuerySet):
        raise TypeError(
            f"Flights came as {queryset.__class__.__name__!r}; "
            f"a FastCountQuerySet was expected."
        )
    return queryset
