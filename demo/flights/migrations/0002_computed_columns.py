"""The columns that the library computes; `make demo` fills them."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("flights", "0001_initial")]

    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            model_name="airline",
            name="flight_count",
            field=models.PositiveIntegerField(
                default=0, editable=False, verbose_name="flights"
            ),
        ),
        migrations.AddField(
            model_name="airline",
            name="mean_delay",
            field=models.FloatField(
                editable=False,
                help_text="Minutes; below zero is early.",
                null=True,
                verbose_name="mean delay",
            ),
        ),
        migrations.AddField(
            model_name="airport",
            name="arrival_count",
            field=models.PositiveIntegerField(
                default=0, editable=False, verbose_name="arrivals"
            ),
        ),
        migrations.AddField(
            model_name="airport",
            name="departure_count",
            field=models.PositiveIntegerField(
                default=0, editable=False, verbose_name="departures"
            ),
        ),
        migrations.AddField(
            model_name="flight",
            name="label",
            field=models.CharField(default="", editable=False, max_length=320),
        ),
        migrations.AddField(
            model_name="plane",
            name="miles_flown",
            field=models.PositiveIntegerField(
                default=0, editable=False, verbose_name="miles flown"
            ),
        ),
    ]
