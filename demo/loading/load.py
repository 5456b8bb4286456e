"""The five tables filled from the files, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import Final

from django.core.management.base import CommandError
from django.db import models, transaction

from demo.flights.models import Airline, Airport, Flight, Plane, Weather
from demo.flights.plain import count_rows
from demo.loading import rows
from demo.loading.insert import insert_rows
from demo.loading.progress import track
from demo.loading.source import SIZES, Row, read_rows
from django_reckon.models import not_computed

# File and model, each after those it refers to.
TABLES: Final[dict[str, type[models.Model]]] = {
    "airlines": Airline,
    "airports": Airport,
    "planes": Plane,
    "weather": Weather,
    "flights": Flight,
}

# Files that a limit shortens; the others are small, and flights refer to them.
LONG: Final = frozenset({"weather", "flights"})


def load_tables(*, limit: int | None = None) -> bool:
    """
    Fill the tables that are empty and return whether there were any.

    All is loaded or nothing: an interrupted run leaves the tables as they were.
    Computed columns hold their defaults until `fill_computed_columns`.

    Args:
        limit: How many flights, and hours of weather, to take at most, spread evenly
            over the year; None takes all.

    Raises:
        CommandError: A table holds another number of rows than its file says.
    """
    empty = [table for table, model in TABLES.items() if not _is_filled(model)]
    with transaction.atomic():
        for table in empty:
            _load(table, limit)
    for table in TABLES:
        _check_size(table, limit)
    return bool(empty)


def empty_tables() -> None:
    """Delete what was loaded; users and stored counts stay."""
    # What the rows' columns would follow goes, too.
    with transaction.atomic(), not_computed():
        for model in reversed(TABLES.values()):
            model._default_manager.all().delete()


def expected_rows(table: str, limit: int | None) -> int:
    """Return how many rows loading one file gives."""
    size = SIZES[table]
    return size if limit is None or table not in LONG else min(limit, size)


def _is_filled(model: type[models.Model]) -> bool:
    return model._default_manager.exists()


def _load(table: str, limit: int | None) -> None:
    """Insert one file's rows and check how many arrived."""
    model, total = TABLES[table], expected_rows(table, limit)
    make = _maker(table)
    chosen = _spread(read_rows(table), size=SIZES[table], take=total)
    insert_rows(model, map(make, track(chosen, label=f"Loading {table}", total=total)))
    _check_size(table, limit)


def _maker(table: str) -> Callable[[Row], rows.Values]:
    """Return what turns a row of this file into values."""
    if table == "flights":
        return partial(rows.make_flight, known=_known_codes())
    makers: dict[str, Callable[[Row], rows.Values]] = {
        "airlines": rows.make_airline,
        "airports": rows.make_airport,
        "planes": rows.make_plane,
        "weather": rows.make_weather,
    }
    return makers[table]


def _known_codes() -> rows.KnownCodes:
    return rows.KnownCodes(
        airports=frozenset(Airport.objects.values_list("code", flat=True)),
        planes=frozenset(Plane.objects.values_list("tail_number", flat=True)),
    )


def _spread(source: Iterator[Row], *, size: int, take: int) -> Iterator[Row]:
    """Yield `take` of `size` rows at even distances, all of them where equal."""
    step = size // take
    return islice(source, 0, step * take, step)


def _check_size(table: str, limit: int | None) -> None:
    """Raise unless the table holds what its file says, or whole copies of it."""
    found, expected = count_rows(TABLES[table]), expected_rows(table, limit)
    copies = found // expected if table == "flights" else 1
    if found == 0 or found != expected * copies:
        raise CommandError(
            f"Table of {table} holds {found:,} rows; {expected:,} were expected. "
            f"Repeat the --limit that it was loaded with, or give --reset to empty "
            f"the tables and load them again."
        )
