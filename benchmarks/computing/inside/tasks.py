"""The writes that are measured; both sides do the same."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Concat

from benchmarks.computing.sides import COMPUTEDFIELDS, FACES, PLAIN
from benchmarks.computing.world.models import Book, Shelf

_face: Any = importlib.import_module(settings.BENCH_FACE)

# Whether anybody keeps what shelves store.
KEPT: Final[bool] = FACES[PLAIN.name] != settings.BENCH_FACE


@dataclass(frozen=True, slots=True)
class Task:
    """
    One way to write.

    Attributes:
        run: Does it, for so many shelves with so many books each.
        stocked: Whether the shelves are to be full before.
    """

    run: Callable[[int, int], None]
    stocked: bool


def create_looped(shelves: int, books: int) -> None:
    """Create every row by itself, in one transaction."""
    with transaction.atomic():
        for label in labels(shelves):
            shelf = Shelf.objects.create(label=label)
            for name in labels(books):
                Book.objects.create(shelf=shelf, name=name)


def create_alone(shelves: int, books: int) -> None:
    """Create every row by itself, each in a transaction of its own."""
    for label in labels(shelves):
        shelf = Shelf.objects.create(label=label)
        for name in labels(books):
            Book.objects.create(shelf=shelf, name=name)


def create_and_read(shelves: int, books: int) -> None:
    """Create every row in one transaction, and read its shelf after each."""
    with transaction.atomic():
        for label in labels(shelves):
            shelf = Shelf.objects.create(label=label)
            for number, name in enumerate(labels(books), start=1):
                Book.objects.create(shelf=shelf, name=name)
                read = Shelf.objects.get(pk=shelf.pk)
                assert read.size == number or not KEPT


def create_recovered(shelves: int, books: int) -> None:
    """Do the same with the fields recovered at the end."""
    with transaction.atomic(), _face.not_computed(recover=True):
        create_looped(shelves, books)


def create_in_bulk(shelves: int, books: int) -> None:
    """Create all rows by two calls."""
    with transaction.atomic():
        made = Shelf.objects.bulk_create(Shelf(label=each) for each in labels(shelves))
        Book.objects.bulk_create(
            Book(shelf=shelf, name=name) for shelf in made for name in labels(books)
        )
        _told(Book.objects.all())


def update_looped(shelves: int, books: int) -> None:
    """Rename every book by itself, in one transaction."""
    with transaction.atomic():
        for book in Book.objects.all():
            book.name += "!"
            book.save(update_fields=["name"])


def update_recovered(shelves: int, books: int) -> None:
    """Do the same with the fields recovered at the end."""
    with transaction.atomic(), _face.not_computed(recover=True):
        update_looped(shelves, books)


def update_in_bulk(shelves: int, books: int) -> None:
    """Rename all books by one call."""
    with transaction.atomic():
        Book.objects.update(name=Concat(F("name"), Value("!")))
        _told(Book.objects.all(), update_fields=["name"])


def save_looped(shelves: int, books: int) -> None:
    """Rename every book by itself and save all of it, in one transaction."""
    with transaction.atomic():
        for book in Book.objects.all():
            book.name += "!"
            book.save()


def update_each(shelves: int, books: int) -> None:
    """Rename all books by one call that gives each a name of its own."""
    with transaction.atomic():
        renamed = list(Book.objects.all())
        for book in renamed:
            book.name += "!"
        Book.objects.bulk_update(renamed, ["name"])
        _told(Book.objects.all(), update_fields=["name"])


def delete_in_bulk(shelves: int, books: int) -> None:
    """Delete all books by one call."""
    with transaction.atomic():
        Book.objects.all().delete()


def labels(number: int) -> Sequence[str]:
    """Return so many names."""
    return [f"no. {each}" for each in range(number)]


def _told(books: QuerySet[Book], **options: Any) -> None:
    """Say what was written in bulk, where that has to be said."""
    if FACES[COMPUTEDFIELDS.name] == settings.BENCH_FACE:
        _face.update_dependent(books, **options)


TASKS: Final = {
    "create, looped": Task(create_looped, stocked=False),
    "create, autocommit": Task(create_alone, stocked=False),
    "create, read each": Task(create_and_read, stocked=False),
    "create, recover": Task(create_recovered, stocked=False),
    "create, bulk": Task(create_in_bulk, stocked=False),
    "update, looped": Task(update_looped, stocked=True),
    "update, recover": Task(update_recovered, stocked=True),
    "update, bulk": Task(update_in_bulk, stocked=True),
    "save, looped": Task(save_looped, stocked=True),
    "bulk_update, bulk": Task(update_each, stocked=True),
    "delete, bulk": Task(delete_in_bulk, stocked=True),
}
