"""A small library, filled at random."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import TYPE_CHECKING

from django.db.models import JSONField, Value

from tests.testapp.models import Author, Book, Member, Note, Order, Reader, Shelf

if TYPE_CHECKING:
    import random

__all__ = ["fill"]

# JSON's own null, which is a value to SQL.
NULL = Value(None, JSONField())
NAMES = ("Ann", "Bob", "Cid")


def fill(chance: random.Random) -> None:
    """
    Write some rows of everything; hardly two questions have the same answer.

    Keys that the steps name are given, for sequences go on from test to test.
    """
    authors = [
        Author.objects.create(pk=pk, name=name) for pk, name in enumerate(NAMES, 1)
    ]
    orders = itertools.count(1)
    shelves = [Shelf.objects.create(label=label) for label in ("Left", "Right", "Top")]
    for number in range(12):
        book = Book.objects.create(
            # Some titles are names, so that columns can equal one another.
            title=chance.choice([*NAMES, "Alpha", "Beta", "Gamma"]),
            author=chance.choice(authors),
            editor=chance.choice([None, *authors]),
            flag=chance.random() < 0.4,
            pages=chance.choice([1, 2, 3, 100]),
            printed=chance.choice([None, dt.date(2000 + number % 3, 1, 1)]),
            details=chance.choice([{}, {"a": 1}, {"a": "1"}, [1], NULL]),
            cover=chance.choice([b"", b"a", b"b"]),
        )
        for _ in range(chance.choice([0, 0, 1, 2])):
            Order.objects.create(pk=next(orders), book=book, paid=chance.random() < 0.5)
        for _ in range(chance.choice([0, 0, 1, 2])):
            Note.objects.create(text=chance.choice(NAMES), about=book)
        book_shelves = chance.sample(shelves, chance.choice([0, 1, 2]))
        for shelf in book_shelves:
            shelf.books.add(book)
    for _ in range(chance.randint(2, 4)):
        Reader.objects.create(name=chance.choice(NAMES))
    for _ in range(chance.randint(1, 3)):
        Member.members.create(name=chance.choice(NAMES), since=chance.randint(1, 3))
