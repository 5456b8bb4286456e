"""All tables in Django's admin; the flights ordered, with a full result count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from demo.flights.models import Airline, Airport, Flight, Plane, Weather

if TYPE_CHECKING:
    AirlineBase = admin.ModelAdmin[Airline]
    AirportBase = admin.ModelAdmin[Airport]
    PlaneBase = admin.ModelAdmin[Plane]
    WeatherBase = admin.ModelAdmin[Weather]
    FlightBase = admin.ModelAdmin[Flight]
else:
    AirlineBase = AirportBase = PlaneBase = WeatherBase = FlightBase = admin.ModelAdmin


@admin.register(Airline)
class AirlineAdmin(AirlineBase):
    """Airlines."""

    list_display = ("code", "name", "flight_count", "mean_delay")
    search_fields = ("code", "name")


@admin.register(Airport)
class AirportAdmin(AirportBase):
    """Airports."""

    list_display = (
        "code",
        "name",
        "departure_count",
        "arrival_count",
        "time_zone",
        "altitude",
    )
    list_filter = ("time_zone",)
    search_fields = ("code", "name")


@admin.register(Plane)
class PlaneAdmin(PlaneBase):
    """Planes."""

    list_display = (
        "tail_number",
        "manufacturer",
        "model",
        "year",
        "seats",
        "miles_flown",
    )
    list_filter = ("engine",)
    search_fields = ("tail_number", "manufacturer", "model")


@admin.register(Weather)
class WeatherAdmin(WeatherBase):
    """Hours of weather."""

    list_display = ("hour", "origin_id", "temperature", "wind_speed", "precipitation")
    list_filter = ("origin",)
    autocomplete_fields = ("origin",)


@admin.register(Flight)
class FlightAdmin(FlightBase):
    """
    Flights, in order of their dates.

    `show_full_result_count` stays at its default, so the page counts twice: the
    filtered flights for the paginator, and all flights for the line beside the search.
    """

    list_display = (
        "date",
        "scheduled_time",
        "label",
        "tail_number",
        "departure_delay",
    )
    list_filter = ("carrier", "origin")
    search_fields = ("label", "tail_number")
    ordering = ("date", "id")
    autocomplete_fields = ("carrier", "origin", "destination", "plane")
