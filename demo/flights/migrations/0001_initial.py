"""The five tables of the demo."""

from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    initial = True

    dependencies: ClassVar[list[tuple[str, str]]] = []

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="Airline",
            fields=[
                (
                    "code",
                    models.CharField(max_length=2, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=100)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Airport",
            fields=[
                (
                    "code",
                    models.CharField(
                        max_length=3,
                        primary_key=True,
                        serialize=False,
                        verbose_name="FAA code",
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("latitude", models.FloatField()),
                ("longitude", models.FloatField()),
                ("altitude", models.IntegerField(help_text="Feet above sea level.")),
                ("utc_offset", models.SmallIntegerField(help_text="Hours, in winter.")),
                (
                    "daylight_saving",
                    models.CharField(
                        choices=[
                            ("A", "as in the USA"),
                            ("N", "none"),
                            ("U", "unknown"),
                        ],
                        max_length=1,
                    ),
                ),
                ("time_zone", models.CharField(blank=True, max_length=32)),
            ],
            options={
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="Plane",
            fields=[
                (
                    "tail_number",
                    models.CharField(max_length=6, primary_key=True, serialize=False),
                ),
                (
                    "year",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="year built"
                    ),
                ),
                ("kind", models.CharField(max_length=32)),
                ("manufacturer", models.CharField(max_length=32)),
                ("model", models.CharField(max_length=32)),
                ("engines", models.PositiveSmallIntegerField()),
                ("seats", models.PositiveSmallIntegerField()),
                (
                    "speed",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Cruising speed in miles per hour.",
                        null=True,
                    ),
                ),
                ("engine", models.CharField(max_length=16)),
            ],
            options={
                "ordering": ["tail_number"],
            },
        ),
        migrations.CreateModel(
            name="Weather",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("hour", models.DateTimeField()),
                (
                    "temperature",
                    models.FloatField(blank=True, help_text="Fahrenheit.", null=True),
                ),
                (
                    "dew_point",
                    models.FloatField(blank=True, help_text="Fahrenheit.", null=True),
                ),
                (
                    "humidity",
                    models.FloatField(blank=True, help_text="Per cent.", null=True),
                ),
                (
                    "wind_direction",
                    models.PositiveSmallIntegerField(
                        blank=True, help_text="Degrees.", null=True
                    ),
                ),
                (
                    "wind_speed",
                    models.FloatField(
                        blank=True, help_text="Miles per hour.", null=True
                    ),
                ),
                (
                    "wind_gust",
                    models.FloatField(
                        blank=True, help_text="Miles per hour.", null=True
                    ),
                ),
                ("precipitation", models.FloatField(help_text="Inches.")),
                (
                    "pressure",
                    models.FloatField(blank=True, help_text="Millibars.", null=True),
                ),
                ("visibility", models.FloatField(help_text="Miles.")),
                (
                    "origin",
                    models.ForeignKey(
                        limit_choices_to={"code__in": ("EWR", "JFK", "LGA")},
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="weather",
                        to="flights.airport",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "weather",
                "ordering": ["hour", "origin"],
            },
        ),
        migrations.CreateModel(
            name="Flight",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("date", models.DateField()),
                (
                    "number",
                    models.PositiveSmallIntegerField(verbose_name="flight number"),
                ),
                ("destination_code", models.CharField(max_length=3)),
                ("tail_number", models.CharField(blank=True, max_length=6)),
                (
                    "scheduled_hour",
                    models.DateTimeField(help_text="Hour of departure, UTC."),
                ),
                ("scheduled_departure", models.PositiveSmallIntegerField()),
                ("departure", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "departure_delay",
                    models.SmallIntegerField(
                        blank=True, help_text="Minutes; below zero is early.", null=True
                    ),
                ),
                ("scheduled_arrival", models.PositiveSmallIntegerField()),
                ("arrival", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "arrival_delay",
                    models.SmallIntegerField(
                        blank=True, help_text="Minutes; below zero is early.", null=True
                    ),
                ),
                (
                    "air_time",
                    models.PositiveSmallIntegerField(
                        blank=True, help_text="Minutes.", null=True
                    ),
                ),
                ("distance", models.PositiveSmallIntegerField(help_text="Miles.")),
                (
                    "copy",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="0 is the source; above are copies made to try size.",
                    ),
                ),
                (
                    "carrier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="flights",
                        to="flights.airline",
                    ),
                ),
                (
                    "destination",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty where the code belongs to no listed airport.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="arrivals",
                        to="flights.airport",
                    ),
                ),
                (
                    "origin",
                    models.ForeignKey(
                        limit_choices_to={"code__in": ("EWR", "JFK", "LGA")},
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="departures",
                        to="flights.airport",
                    ),
                ),
                (
                    "plane",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty where the tail number is in no register.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="flights",
                        to="flights.plane",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["date", "id"], name="flight_by_date")],
            },
        ),
    ]
