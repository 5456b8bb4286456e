"""Everything a command of the demo needs before it starts: tables, rows, counts."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from dataclasses import dataclass
from time import perf_counter
from typing import Final

from django.core.cache import cache
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError, connection

from demo.flights.models import Flight
from demo.flights.plain import count_rows
from demo.loading.computing import fill_computed_columns, is_filled
from demo.loading.copies import set_copies
from demo.loading.insert import table
from demo.loading.load import empty_tables, expected_rows, load_tables
from demo.loading.progress import say
from django_reckon.models import FastCount

# So that the plain count, too, gets the best plan its database has.
ANALYZE_SQL: Final = {
    "sqlite": "ANALYZE {table}",
    "postgresql": "VACUUM ANALYZE {table}",
    "mysql": "ANALYZE TABLE {table}",
}

CREATE_REMEDY: Final = {
    "sqlite": "Check that its folder exists and can be written to.",
    "postgresql": "Start the server, or create the database with: createdb {name}",
    "mysql": "Start the server, or create the database with: "
    "CREATE DATABASE {name} CHARACTER SET utf8mb4",
}


@dataclass(frozen=True, slots=True)
class DataOptions:
    """What the command line asks of the data."""

    limit: int | None
    """Flights to load at most; None for all."""
    copies: int | None
    """How often the table shall hold them; None for as often as it does."""
    reset: bool
    """Whether to empty the tables first."""


def add_data_arguments(parser: ArgumentParser) -> None:
    """Declare the options that every command over the flights takes."""
    parser.add_argument(
        "--copies",
        type=positive_number,
        help="Hold the year's flights so many times; 30 make ten million rows.",
    )
    parser.add_argument(
        "--limit",
        type=positive_number,
        help="Load so many flights at most, evenly spread over the year.",
    )
    parser.add_argument(
        "--reset", action="store_true", help="Empty the tables and load them again."
    )
    parser.add_argument(
        "--database-url",
        metavar="URL",
        help="Keep the flights there: postgres://, mysql:// or sqlite:///; "
        "otherwise DATABASE_URL, otherwise a SQLite file in the demo's folder.",
    )


def prepare(options: DataOptions) -> None:
    """
    Create the tables, load and compute what is missing, and keep the counts ready.

    Does nothing that is already done, apart from counting anew.

    Raises:
        CommandError: The database cannot be reached, or holds something else.
    """
    _connect()
    call_command("migrate", verbosity=0)
    if options.reset:
        empty_tables()
    changed = load_tables(limit=options.limit)
    if changed or not is_filled():
        fill_computed_columns()
    if options.copies is not None:
        size = expected_rows("flights", options.limit)
        if set_copies(options.copies, size=size):
            changed = True
            fill_computed_columns()
    if changed:
        _analyze()
        forget_counts()
    _precache()


def forget_counts() -> None:
    """Empty both tiers: the next count of anything is an exact one."""
    FastCount.objects.all().delete()
    cache.clear()


def _precache() -> None:
    """Count what the model precaches, and say how long it took."""
    start = perf_counter()
    Flight.objects.precache_counts()
    kept, took = FastCount.objects.count(), perf_counter() - start
    say(f"Precached: {kept} counts of {count_rows(Flight):,} flights in {took:.2f} s")


def _connect() -> None:
    """Raise with a remedy unless the database answers."""
    try:
        connection.ensure_connection()
    except OperationalError as exc:
        name = connection.settings_dict["NAME"]
        remedy = CREATE_REMEDY[connection.vendor].format(name=name)
        raise CommandError(
            f"Database {name!r} cannot be opened. {remedy}\n{exc}"
        ) from exc


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute(ANALYZE_SQL[connection.vendor].format(table=table(Flight)))


def positive_number(text: str) -> int:
    """Return a whole number above zero, as argparse wants it read."""
    number = int(text)
    if number < 1:
        raise ArgumentTypeError(f"{number} is too small. Give 1 or more.")
    return number
