"""Numbers that the predecessor got wrong, and every pair that could be mixed up."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.db.models import (
    Count,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    Window,
)
from django.db.models.functions import Lower, RowNumber

from tests.support.database import committing
from tests.support.twins import ASYNC, Twin, plain_count
from tests.support.world import add_author, add_books
from tests.testapp.models import Author, Book, Shelf

if TYPE_CHECKING:
    from collections.abc import Callable

    Queryset = QuerySet[Any, Any]

pytestmark = committing

_LONG: Final = "x" * 500


def _fill() -> None:
    """Make books that nearly every condition below counts differently."""
    ada, bob = Author.objects.create(name="Ada"), Author.objects.create(name="bob")
    full, half = Shelf.objects.create(label="a"), Shelf.objects.create(label="b")
    for n in range(12):
        book = Book.objects.create(
            title=f"{'A' if n % 3 else 'b'}{n % 4}%_",
            author=ada if n < 7 else bob,
            editor=bob if n % 5 == 0 else None,
            flag=n % 4 == 0,
            pages=n,
            price=Decimal(n) / 2,
            printed=dt.date(2000 + n, 1, 1) if n % 2 else None,
            details={"a": [1, "1", True, None, _LONG, _LONG + "y"][n % 6], "n": n},
            cover=bytes([n % 3]) * 300 + bytes([n % 2]),
        )
        if n % 2:
            full.books.add(book)
        if n % 3:
            half.books.add(book)


def _querysets() -> dict[str, Callable[[], Queryset]]:
    """Return conditions in groups of near relatives."""
    books = Book.objects
    shelf = "shelves__label"
    numbered = Window(RowNumber(), partition_by=[F("author")], order_by="pk")
    shelves = Shelf.objects.filter(books=OuterRef("pk"))
    return {
        "all": books.all,
        "flag true": lambda: books.filter(flag=True),
        "flag false": lambda: books.filter(flag=False),
        "pages 1": lambda: books.filter(pages=1),
        "pages up to 1": lambda: books.filter(pages__lte=1),
        "pages in 1": lambda: books.filter(pages__in=[1]),
        "pages in 1 and 5": lambda: books.filter(pages__in=[1, 5]),
        "pages from 1 to 5": lambda: books.filter(pages__range=(1, 5)),
        "not pages 1": lambda: books.exclude(pages=1),
        "editor 1 or missing": lambda: books.filter(editor=None),
        "editor there": lambda: books.filter(editor__isnull=False),
        "author": lambda: books.filter(author__name="Ada"),
        "author, any case": lambda: books.filter(author__name__iexact="BOB"),
        "editor by name": lambda: books.filter(editor__name="bob"),
        "title contains per cent": lambda: books.filter(title__contains="%"),
        "title contains 1": lambda: books.filter(title__contains="1"),
        "title starts": lambda: books.filter(title__startswith="A1"),
        "title lower": lambda: books.annotate(low=Lower("title")).filter(
            low__startswith="b"
        ),
        "price": lambda: books.filter(price=Decimal("1.50")),
        "price over": lambda: books.filter(price__gt=Decimal("1.5")),
        "printed year": lambda: books.filter(printed__year=2003),
        "printed year later": lambda: books.filter(printed__year__gt=2003),
        "printed day": lambda: books.filter(printed=dt.date(2005, 1, 1)),
        "json 1": lambda: books.filter(details__a=1),
        "json text 1": lambda: books.filter(details__a="1"),
        "json true": lambda: books.filter(details__a=True),
        "json null": lambda: books.filter(details__a=None),
        "json long": lambda: books.filter(details__a=_LONG),
        "json longer": lambda: books.filter(details__a=_LONG + "y"),
        "json n": lambda: books.filter(details__n__gt=4),
        "json has key": lambda: books.filter(details__has_key="n"),
        "json has no key": lambda: books.filter(details__has_key="x"),
        "whole json": lambda: books.filter(details={"a": 1, "n": 0}),
        "cover 0, 0": lambda: books.filter(cover=b"\0" * 301),
        "cover 0, 1": lambda: books.filter(cover=memoryview(b"\0" * 300 + b"\1")),
        "cover 1, 1": lambda: books.filter(cover=bytearray(b"\1" * 301)),
        "or": lambda: books.filter(Q(flag=True) | Q(pages__gt=8)),
        "and": lambda: books.filter(Q(flag=True) & Q(pages__gt=8)),
        "xor": lambda: books.filter(Q(flag=True) ^ Q(pages__gt=8)),
        "field to field": lambda: books.filter(pages__gt=F("price") + 2),
        "slice of 2": lambda: books.all()[:2],
        "slice from 2": lambda: books.all()[2:],
        "slice 1 to 4": lambda: books.order_by("pk")[1:4],
        "shelf, repeated": lambda: books.filter(shelves__isnull=False),
        "shelf, distinct": lambda: books.filter(shelves__isnull=False).distinct(),
        "shelf a": lambda: books.filter(**{shelf: "a"}),
        "shelf a and b": lambda: books.filter(**{shelf: "a"}).filter(**{shelf: "b"}),
        "shelf a or b": lambda: books.filter(**{f"{shelf}__in": ["a", "b"]}),
        "no shelf": lambda: books.filter(shelves=None),
        "shelf excluded": lambda: books.exclude(**{shelf: "a"}),
        "shelves counted": lambda: books.annotate(n=Count("shelves")),
        "shelves counted, one": lambda: books.annotate(n=Count("shelves")).filter(n=1),
        "shelves counted, two": lambda: books.annotate(n=Count("shelves")).filter(n=2),
        "shelf joined by an annotation": lambda: books.annotate(label=F(shelf)),
        "flags": lambda: books.values("flag").distinct(),
        "authors": lambda: books.values_list("author").distinct(),
        "flags and authors": lambda: books.values("flag", "author").distinct(),
        "grouped by author": lambda: books.values("author").annotate(n=Count("pk")),
        "grouped by pages": lambda: books.values("pages").annotate(n=Sum("price")),
        "grouped and filtered": lambda: (
            books.values("author").annotate(n=Count("pk")).filter(n__gt=5)
        ),
        "union": lambda: books.filter(flag=True).union(books.filter(pages__gt=9)),
        "union all": lambda: books.filter(flag=True).union(
            books.filter(pages__gt=6), all=True
        ),
        "intersection": lambda: books.filter(flag=True).intersection(
            books.filter(pages__gt=6)
        ),
        "exists": lambda: books.filter(Exists(shelves)),
        "exists a": lambda: books.filter(Exists(shelves.filter(label="a"))),
        "not exists": lambda: books.filter(~Exists(shelves)),
        "in a subquery": lambda: books.filter(
            author__in=Author.objects.filter(name="bob")
        ),
        "in a sliced subquery": lambda: books.filter(
            pk__in=Subquery(books.filter(flag=True).values("pk"))
        ),
        "first of each author": lambda: books.annotate(n=numbered).filter(n=1),
        "first two of each author": lambda: books.annotate(n=numbered).filter(n__lte=2),
        "filtered relation": lambda: books.annotate(
            labelled=FilteredRelation("shelves", condition=Q(shelves__label="a"))
        ).filter(labelled__isnull=False),
        "extra": lambda: books.extra(where=["pages > %s"], params=[3]),
        "extra of another value": lambda: books.extra(where=["pages > %s"], params=[8]),
        "extra table": lambda: books.extra(tables=["testapp_shelf"]),
        "dates": lambda: books.exclude(printed=None).dates("printed", "year"),
        "value annotated": lambda: books.annotate(one=Value(1)).filter(one=1),
        "nothing": lambda: books.filter(pages=99),
    }


QUERYSETS: Final = _querysets()


@pytest.fixture
def world() -> None:
    _fill()


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "backwards"])
def test_no_count_is_taken_for_another(
    backwards: bool,
    twin: Twin,
) -> None:
    """Whatever was kept before, each gets its own number, twice."""
    names = [*QUERYSETS]
    if backwards:
        names.reverse()

    found = {
        name: (twin.count(QUERYSETS[name]()), twin.count(QUERYSETS[name]()))
        for name in names
    }

    expected = {name: (plain_count(QUERYSETS[name]()),) * 2 for name in names}
    assert found == expected


@pytest.mark.usefixtures("world")
def test_world_tells_conditions_apart() -> None:
    """The oracle of the test above is worth something only if numbers differ."""
    numbers = {plain_count(make()) for make in QUERYSETS.values()}

    assert len(numbers) >= 10


SAME: Final[dict[str, Callable[[], Queryset]]] = {
    "ordered": lambda: Book.objects.order_by("-title", "pk"),
    "reversed": lambda: Book.objects.order_by("pk").reverse(),
    "only": lambda: Book.objects.only("title"),
    "defer": lambda: Book.objects.defer("details"),
    "values": lambda: Book.objects.values("title"),
    "values_list": lambda: Book.objects.values_list("pages", flat=True),
    "select_related": lambda: Book.objects.select_related("author", "editor"),
    "prefetch_related": lambda: Book.objects.prefetch_related("shelves"),
    "annotated in vain": lambda: Book.objects.annotate(one=Value(1), low=F("title")),
    "counted in vain": lambda: Book.objects.annotate(n=Count("shelves")),
    "filtered by nothing": lambda: Book.objects.filter(),
    "filtered by an empty Q": lambda: Book.objects.filter(Q()),
    "excluding nothing": lambda: Book.objects.exclude(pk__in=[]),
    "ordered by a relation": lambda: Book.objects.order_by("author__name"),
}


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("case", SAME)
def test_what_cannot_change_the_number_shares_the_count(case: str, twin: Twin) -> None:
    Book.objects.count()

    info = twin.info(SAME[case]())

    assert (info.value, info.source) == (12, "cache")


def test_count_in_another_database_is_its_own(twin: Twin) -> None:
    add_books(2)
    add_books(3, using="other")

    counted = [
        twin.count(Book.objects.using(alias))
        for _ in range(2)
        for alias in ("default", "other")
    ]

    assert counted == [2, 3, 2, 3]


def test_sync_and_async_share_the_count() -> None:
    add_books(2)
    flagged = Book.objects.filter(author__in=Author.objects.all(), details={"a": 1})
    add_books(3, author=add_author(), details={"a": 1})
    flagged.count()

    info = ASYNC.info(flagged.all())

    assert (info.value, info.source) == (3, "cache")


@pytest.mark.needs("can_distinct_on_fields")
@pytest.mark.usefixtures("world")
def test_distinct_on_fields_is_counted_by_these_fields(twin: Twin) -> None:
    by_author = Book.objects.order_by("author").distinct("author")
    by_flag = Book.objects.order_by("flag", "author").distinct("flag", "author")

    counted = [
        twin.count(item.all()) for _ in range(2) for item in (by_author, by_flag)
    ]

    assert counted == [2, 4, 2, 4]
