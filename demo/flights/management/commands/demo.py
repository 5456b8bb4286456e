"""`manage.py demo`: load the flights, then measure counts of them."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from demo.flights.models import Flight
from demo.loading.prepare import DataOptions, add_data_arguments, prepare
from demo.loading.progress import track
from demo.measuring.measure import Measurement, measure
from demo.measuring.report import (
    describe_setting,
    format_json,
    format_table,
    summarise,
)
from demo.measuring.subjects import list_subjects


class Command(BaseCommand):
    """Prints a table: rows are counts, columns are ways to answer them."""

    help = (
        "Load the flights that left New York City in 2013, unless they are there, "
        "and measure how long it takes to count them with and without django-reckon. "
        "Ends with status 1 when a count is not what COUNT(*) says."
    )
    # Checks may open the database; `prepare` tells better what to do if it fails.
    requires_system_checks = ()

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        add_data_arguments(parser)
        parser.add_argument(
            "--json", action="store_true", help="Print JSON; times are in seconds."
        )

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        prepare(DataOptions(options["limit"], options["copies"], options["reset"]))
        subjects = list_subjects()
        measurements = [
            measure(subject)
            for subject in track(subjects, label="Measuring", total=len(subjects))
        ]
        # Measuring has emptied the tiers.
        Flight.objects.precache_counts()
        self.print_measurements(measurements, as_json=options["json"])
        if faults := [fault for each in measurements for fault in each.faults()]:
            raise CommandError("\n".join(faults))

    def print_measurements(
        self, measurements: list[Measurement], *, as_json: bool
    ) -> None:
        """Print the table and its meaning, or everything as JSON."""
        if as_json:
            self.stdout.write(format_json(measurements))
            return
        setting = describe_setting()
        self.stdout.write(
            f"\n{setting['database']}, {setting['cache']}, "
            f"Django {setting['django']}, Python {setting['python']}; medians\n\n"
            f"{format_table(measurements)}\n\n{summarise(measurements)}"
        )
