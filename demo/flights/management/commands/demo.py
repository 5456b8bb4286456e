"""`manage.py demo`: load the flights, then measure counts and changes of them."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from demo.changing.changes import list_changes
from demo.changing.measure import Outcome, measure_changes
from demo.changing.report import as_values as changes_as_values
from demo.changing.report import format_changes
from demo.flights.models import Flight
from demo.loading.prepare import DataOptions, add_data_arguments, prepare
from demo.loading.progress import track
from demo.measuring.measure import Measurement, measure
from demo.measuring.report import as_values as counts_as_values
from demo.measuring.report import describe_setting, format_table, summarise
from demo.measuring.subjects import list_subjects


class Command(BaseCommand):
    """Prints two tables: ways to answer counts, and what changes of rows cost."""

    help = (
        "Load the flights that left New York City in 2013, unless they are there, "
        "and measure with and without django-reckon how long it takes to count them "
        "and to keep computed columns right. Ends with status 1 when a count is not "
        "what COUNT(*) says, or a column not what its function says."
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
        if not options["json"]:
            self.print_measurements(measurements)
        outcome = measure_changes(list_changes())
        faults = [fault for each in measurements for fault in each.faults()]
        faults += outcome.faults()
        if options["json"]:
            self.print_json(measurements, outcome, faults)
        else:
            self.stdout.write(f"\n{format_changes(outcome)}")
        if faults:
            raise CommandError("\n".join(faults))

    def print_measurements(self, measurements: list[Measurement]) -> None:
        """Print the table of counts and its meaning."""
        setting = describe_setting()
        self.stdout.write(
            f"\n{setting['database']}, {setting['cache']}, "
            f"Django {setting['django']}, Python {setting['python']}; medians\n\n"
            f"{format_table(measurements)}\n\n{summarise(measurements)}\n"
        )

    def print_json(
        self, measurements: list[Measurement], outcome: Outcome, faults: list[str]
    ) -> None:
        """Print everything for machines; times are in seconds."""
        report = {
            "setting": describe_setting(),
            **counts_as_values(measurements),
            **changes_as_values(outcome),
            "faults": faults,
        }
        self.stdout.write(json.dumps(report, indent=2))
