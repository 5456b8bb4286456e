"""Related managers count as the managers they come from are configured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from django_reckon.models import FastCount
from tests.support.database import committing
from tests.support.statements import watched
from tests.support.twins import Twin, plain_count
from tests.support.world import add_author, add_books
from tests.testapp.models import Author, Book, Note, Shelf

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = committing


def _shelves(book: Any) -> Any:
    """Return the manager that the stubs do not know of."""
    return book.shelves


RELATIONS: Final[dict[str, Callable[[], Any]]] = {
    "reverse foreign key": lambda: Author.objects.get().books,
    "many to many": lambda: Shelf.objects.get(label="full").books,
    "many to many, backwards": lambda: _shelves(Book.objects.order_by("pk")[0]),
    "generic relation": lambda: Book.objects.order_by("pk")[0].notes,
}

each_relation = pytest.mark.parametrize("relation", RELATIONS)


@pytest.fixture(autouse=True)
def world() -> None:
    """Two of everything on one side, and something beside it."""
    books = add_books(3)
    full, empty = Shelf.objects.create(label="full"), Shelf.objects.create(label="void")
    full.books.set(books[:2])
    empty.books.set(books[:1])
    for book, number in ((books[0], 2), (books[1], 1)):
        for _ in range(number):
            Note.objects.create(about=book, text="read")


@each_relation
def test_related_count_is_right(relation: str, twin: Twin) -> None:
    related = RELATIONS[relation]()

    counted = twin.count(related)

    assert counted == plain_count(related.all())


@each_relation
def test_related_count_is_kept(relation: str, twin: Twin) -> None:
    twin.count(RELATIONS[relation]())
    again = RELATIONS[relation]()

    with watched() as statements:
        twin.count(again)

    assert statements.sql == []
    assert FastCount.objects.get().manager_name == "objects"


@each_relation
def test_related_manager_has_the_configuration_of_the_default_manager(
    relation: str,
) -> None:
    related = RELATIONS[relation]()

    assert related.policy == related.model.objects.policy
    assert related.all().policy == related.model.objects.policy
    assert related.filter(pk__gt=0).policy == related.model.objects.policy


def test_related_manager_of_another_name_has_that_ones_configuration() -> None:
    author: Any = Author.objects.get()

    rarely = author.books(manager="rarely")

    assert rarely.policy == Book.rarely.policy
    assert rarely.all().policy.manager_name == "rarely"


def test_related_manager_of_another_name_keeps_entries_of_its_own(twin: Twin) -> None:
    author: Any = Author.objects.get()

    counted = twin.count(author.books(manager="rarely"))

    assert counted == 3
    assert not FastCount.objects.exists()


def test_counts_of_two_owners_do_not_mix(twin: Twin) -> None:
    author, other = Author.objects.get(), add_author()
    add_books(5, author=other)

    counted = [twin.count(owner.books) for _ in range(2) for owner in (author, other)]

    assert counted == [3, 5, 3, 5]


def test_counts_of_two_objects_of_a_generic_relation_do_not_mix(twin: Twin) -> None:
    first, second, third = Book.objects.order_by("pk")

    counted = [
        twin.count(book.notes) for _ in range(2) for book in (first, second, third)
    ]

    assert counted == [2, 1, 0, 2, 1, 0]


def test_related_count_in_another_database_is_its_own(twin: Twin) -> None:
    author = add_author(using="other")
    add_books(4, author=author, using="other")

    counted = twin.count(author.books)

    assert counted == 4
    assert twin.info(author.books).source == "cache"
