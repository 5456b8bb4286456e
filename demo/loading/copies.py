"""More flights than there were: copies of the year, to try larger tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from django.db import connection, transaction

from demo.flights.models import Flight
from demo.flights.plain import count_rows
from demo.loading.insert import columns, table
from demo.loading.progress import say, track
from django_reckon.models import not_computed

# The table takes copies of its own first part: everything but the key is the same, and
# `copy` says which of them a row belongs to.
COPY_SQL: Final = """
    INSERT INTO {table} ({columns}, {copy})
    SELECT {columns}, %s FROM {table} WHERE {copy} = 0
"""


def set_copies(copies: int, *, size: int) -> bool:
    """
    Bring the flights to this many copies and return whether that changed anything.

    Copies come with their labels; columns of other tables are left as they were.

    Args:
        copies: One or more; one is the source alone.
        size: Flights in the source.

    Cost:
        One INSERT ... SELECT or DELETE, and one transaction, for each copy.
    """
    present = count_rows(Flight) // size
    if present == copies:
        say(f"Flights: {present * size:,} ({present} x {size:,}), as asked.")
        return False
    say(f"Flights: from {present * size:,} to {copies * size:,} ({copies} x {size:,}).")
    if copies > present:
        _repeat(_add_copy, range(present, copies), label="Copying the year")
    else:
        # From the last one down, so that an interruption leaves no gap.
        numbers = range(present - 1, copies - 1, -1)
        _repeat(_delete_copy, numbers, label="Deleting copies")
    return True


def _repeat(step: Callable[[int], None], numbers: Sequence[int], *, label: str) -> None:
    for number in track(numbers, label=label, total=len(numbers)):
        step(number)


def _add_copy(number: int) -> None:
    """Insert one copy of the source."""
    fields = [field for field in Flight._meta.concrete_fields if not field.primary_key]
    sql = COPY_SQL.format(
        table=table(Flight),
        columns=columns(Flight, [f.attname for f in fields if f.name != "copy"]),
        copy=columns(Flight, ["copy"]),
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [number])


def _delete_copy(number: int) -> None:
    """Delete one copy; what follows is computed once, when all of them are gone."""
    with not_computed():
        Flight.objects.filter(copy=number).delete()
