"""Queries and seconds of one task, and whether it left the right values."""

from __future__ import annotations

import gc
from typing import Any

from django.db import connection

from benchmarks.computing.inside.meter import Meter, metered
from benchmarks.computing.inside.tasks import KEPT, TASKS, create_in_bulk
from benchmarks.computing.world.models import Book, Shelf


class WrongValueError(RuntimeError):
    """A side stored what its function does not say."""


def measure(task: str, shelves: int, books: int, rounds: int) -> dict[str, Any]:
    """
    Return the queries of one round, and what each took.

    Raises:
        WrongValueError: A shelf does not hold what its books say.
    """
    _make_tables()
    try:
        # Whatever is done once in a process is done now.
        _round(task, 2, 2)
        measured = [_round(task, shelves, books) for _ in range(rounds)]
    finally:
        _drop_tables()
    return {
        "queries": measured[0].queries,
        "seconds": [each.seconds for each in measured],
        "processor": [each.processor for each in measured],
    }


def _round(task: str, shelves: int, books: int) -> Meter:
    chosen = TASKS[task]
    Book.objects.all().delete()
    Shelf.objects.all().delete()
    if chosen.stocked:
        create_in_bulk(shelves, books)
    gc.collect()
    with metered() as meter:
        chosen.run(shelves, books)
    if KEPT:
        _check(shelves)
    return meter


def _check(shelves: int) -> None:
    """Compare what is stored with the books, read by nobody's functions."""
    names: dict[int, list[str]] = {}
    for shelf, name in Book.objects.values_list("shelf", "name"):
        names.setdefault(shelf, []).append(name)
    found = {pk: values for pk, *values in Shelf.objects.values_list("pk", *FIELDS)}
    right = {pk: [len(some), ", ".join(sorted(some))] for pk, some in names.items()}
    wrong = [pk for pk in found if found[pk] != right.get(pk, [0, ""])]
    if wrong or len(found) != shelves:
        raise WrongValueError(f"shelves {wrong[:5]} of {len(found)} are wrong")


FIELDS = ("size", "names")


def _make_tables() -> None:
    _drop_tables()
    with connection.schema_editor() as editor:
        editor.create_model(Shelf)
        editor.create_model(Book)


def _drop_tables() -> None:
    there = connection.introspection.table_names()
    with connection.schema_editor() as editor:
        for model in (Book, Shelf):
            if model._meta.db_table in there:
                editor.delete_model(model)
