"""Fixtures of this directory."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import pytest

from tests.support.fixtures import forgetful as forgetful
from tests.testapp.models import Author, Book, Note, Order, Shelf

if TYPE_CHECKING:
    from collections.abc import Sequence

# Title, author, editor, pages, flag, printed in, notes, orders (paid or not), shelves.
_BOOKS: Final[
    Sequence[tuple[str, str, str, int, bool, int, int, list[bool], list[str]]]
] = (
    ("Alpha", "Ann", "", 100, True, 2000, 2, [True, True], ["Left", "Right"]),
    ("Beta", "Ann", "Bob", 200, True, 2000, 1, [True, False], ["Left"]),
    ("Gamma", "Ann", "Ann", 200, False, 2001, 0, [False], ["Left"]),
    ("Delta", "Bob", "Ann", 300, False, 2001, 0, [], []),
    ("Epsilon", "Bob", "", 400, False, 2002, 0, [], ["Right"]),
    ("Zeta", "Cid", "Ann", 500, True, 2003, 0, [True], []),
    ("Eta", "Cid", "Cid", 500, False, 2003, 3, [], []),
)


@pytest.fixture
def library(db: None) -> None:
    """Fill a small library in which hardly two questions have the same answer."""
    authors = {name: Author.objects.create(name=name) for name in ("Ann", "Bob", "Cid")}
    shelves = {label: Shelf.objects.create(label=label) for label in ("Left", "Right")}
    for title, author, editor, pages, flag, year, notes, orders, stands in _BOOKS:
        book = Book.objects.create(
            title=title,
            author=authors[author],
            editor=authors.get(editor),
            pages=pages,
            flag=flag,
            printed=dt.date(year, 1, 1),
            details={"year": year},
            cover=title.encode(),
        )
        for number in range(notes):
            Note.objects.create(text=f"Note {number}", about=book)
        for paid in orders:
            Order.objects.create(book=book, paid=paid)
        for label in stands:
            shelves[label].books.add(book)
