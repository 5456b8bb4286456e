"""Django's own shortcuts stay: what is in memory is counted there."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.db.models import Prefetch, prefetch_related_objects

from tests.support.database import committing
from tests.support.statements import watched
from tests.support.world import add_books
from tests.testapp.models import Author, Book, Note, Shelf

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.twins import Twin

pytestmark = committing


def test_evaluated_queryset_is_counted_in_memory(twin: Twin) -> None:
    add_books(2)
    books = Book.objects.all()
    list(books)

    with watched() as statements:
        info = twin.info(books)

    assert statements.sql == []
    assert (info.value, info.source, info.exact, info.age) == (2, "memory", True, 0.0)


def test_evaluated_queryset_is_right_when_a_kept_count_is_not(twin: Twin) -> None:
    add_books(2)
    twin.count(Book.objects.all())
    add_books(1)
    books = Book.objects.all()
    list(books)

    assert twin.count(books) == 3


PREFETCHED: Final[dict[str, tuple[type[Any], str]]] = {
    "reverse foreign key": (Author, "books"),
    "many to many": (Shelf, "books"),
    "many to many, backwards": (Book, "shelves"),
    "generic relation": (Book, "notes"),
}


@pytest.mark.parametrize("relation", PREFETCHED)
def test_prefetched_relation_is_counted_in_memory(relation: str, twin: Twin) -> None:
    model, name = PREFETCHED[relation]
    (book,) = add_books(1)
    Shelf.objects.create(label="full").books.add(book)
    Note.objects.create(about=book, text="read")
    owner = model.objects.prefetch_related(name).get()

    with watched() as statements:
        counted = twin.count(getattr(owner, name))

    assert (counted, statements.sql) == (1, [])


def test_prefetch_of_a_filtered_queryset_counts_what_it_fetched(twin: Twin) -> None:
    add_books(2, flag=True)
    author: Any = Author.objects.get()
    add_books(3, author=author, flag=False)
    filtered = Prefetch("books", queryset=Book.objects.filter(flag=True))
    prefetch_related_objects([author], filtered)

    assert twin.count(author.books) == 2
    assert twin.count(author.books.all()) == 2


EMPTY: Final[dict[str, Callable[[], Any]]] = {
    "none": Book.objects.none,
    "nothing in the list": lambda: Book.objects.filter(pk__in=[]),
    "none, filtered": lambda: Book.objects.none().filter(flag=True),
    "slice of no length": lambda: Book.objects.all()[3:3],
    "union of nothing": lambda: Book.objects.none().union(Book.objects.none()),
    "related to nothing": lambda: Book.objects.filter(author__in=Author.objects.none()),
}


@pytest.mark.parametrize("case", EMPTY)
def test_what_cannot_have_rows_runs_no_statement(case: str, twin: Twin) -> None:
    add_books(1)
    queryset = EMPTY[case]()

    with watched() as statements:
        counted = twin.count(queryset)

    assert (counted, statements.sql) == (0, [])


def test_pickled_queryset_is_counted_in_memory(twin: Twin) -> None:
    add_books(2)
    books = pickle.loads(pickle.dumps(Book.objects.all()))

    with watched() as statements:
        counted = twin.count(books)

    assert (counted, statements.sql) == (2, [])


def test_pickled_queryset_keeps_the_configuration_of_its_manager() -> None:
    books: Any = pickle.loads(pickle.dumps(Book.rarely.all()))

    again = books.filter(flag=True)

    assert again.policy == Book.rarely.policy


def test_pickled_query_counts_like_the_one_it_was(twin: Twin) -> None:
    add_books(2, flag=True)
    add_books(1, flag=False)
    flagged = Book.objects.filter(flag=True)
    twin.count(flagged)
    books = Book.objects.all()
    books.query = pickle.loads(pickle.dumps(flagged.query))

    info = twin.info(books)

    assert (info.value, info.source) == (2, "cache")
