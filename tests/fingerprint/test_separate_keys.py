"""Querysets that may have different numbers of rows have different keys."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db.models import (
    Count,
    Exists,
    F,
    FilteredRelation,
    Func,
    IntegerField,
    Max,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Window,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Length, Now, RowNumber, Upper
from django.utils import timezone

from tests.support.database import ALIASES
from tests.support.keys import key_of
from tests.support.twins import plain_count
from tests.testapp.models import Author, Book, LongBook, Member, Note, Order, Shelf

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import QuerySet
    from pytest_django import Settings

# Keys are asked for, nothing is kept: what a test writes may be rolled back.
pytestmark = pytest.mark.django_db(databases=[*ALIASES])

Books: TypeAlias = "QuerySet[Any, Any]"
Make: TypeAlias = "Callable[[], Books]"

LONG: Final = "x" * 100_000
JSON: Final[list[Any]] = [
    {},
    [],
    None,
    0,
    1,
    True,
    False,
    "",
    "1",
    1.5,
    "null",
    [1],
    [[1]],
    {"a": 1},
    {"a": "1"},
    {"a": [1]},
    {"a": None},
]


def _books(**conditions: object) -> Make:
    return lambda: Book.objects.filter(**conditions)


# Each key must differ from every other one in its list.
VALUES: Final[dict[str, list[Make]]] = {
    "numbers": [_books(pages=number) for number in (0, 1, -1, 11, 2**31 - 1)],
    "lookups": [
        _books(**{f"pages__{lookup}": 1})
        for lookup in ("exact", "gt", "gte", "lt", "lte", "contains", "regex")
    ],
    "text_lookups": [
        _books(**{f"title__{lookup}": "1"})
        for lookup in (
            "exact",
            "iexact",
            "contains",
            "icontains",
            "startswith",
            "istartswith",
            "endswith",
            "iendswith",
            "regex",
            "iregex",
        )
    ],
    "columns": [_books(**{name: 1}) for name in ("pages", "author", "editor", "pk")],
    "texts": [
        _books(title=text)
        for text in ("a", "A", "a ", " a", "a%", "á", "", LONG + "a", LONG + "b")
    ],
    "booleans": [_books(flag=True), _books(flag=False)],
    "decimals": [_books(price=Decimal(text)) for text in ("1", "1.01", "-1", "100")],
    "dates": [_books(printed=dt.date(2000, 1, day)) for day in (1, 2, 3)],
    "null": [
        _books(printed=None),
        _books(printed__isnull=False),
        _books(printed=dt.date(2000, 1, 1)),
        _books(editor=None),
    ],
    "binary": [
        _books(cover=value)
        for value in (b"", b"a", b"b", b"\x00", LONG.encode() + b"a", LONG.encode())
    ],
    "views": [_books(cover=memoryview(value)) for value in (b"a", b"b", b"ab")],
    "json_types": [_books(details=value) for value in JSON],
    "json_ends": [_books(details={"a": LONG + end}) for end in ("a", "b", "")],
    "json_keys": [
        _books(details__a=1),
        _books(details__b=1),
        _books(details__a="1"),
        _books(details__a=True),
        _books(details__a=None),
        _books(details__a__b=1),
        _books(details__0=1),
        _books(details__has_key="a"),
        _books(details__has_key="b"),
        _books(details__has_keys=["a", "b"]),
        _books(details__has_any_keys=["a", "b"]),
        _books(details__a__isnull=True),
        _books(details__a__gt=1),
        _books(details__a__in=[1]),
    ],
    "in": [
        _books(pages__in=[1]),
        _books(pages__in=[1, 2]),
        _books(pages__in=[12]),
        _books(pages__in=[1, 2, 3]),
        _books(pages__range=(1, 2)),
        _books(pages__range=(1, 3)),
    ],
    "in_texts": [
        _books(title__in=["a,b"]),
        _books(title__in=["a", "b"]),
        _books(title__in=["a", "b", ""]),
        _books(title__in=["ab"]),
    ],
    "negation": [
        lambda: Book.objects.filter(flag=True),
        lambda: Book.objects.exclude(flag=True),
        lambda: Book.objects.exclude(flag=False),
        lambda: Book.objects.all(),
        lambda: Book.objects.filter(~Q(flag=True, pages=1)),
        lambda: Book.objects.filter(~Q(flag=True), ~Q(pages=1)),
        lambda: Book.objects.filter(~Q(flag=True), Q(pages=1)),
    ],
    "connectors": [
        lambda: Book.objects.filter(Q(flag=True) & Q(pages=1)),
        lambda: Book.objects.filter(Q(flag=True) | Q(pages=1)),
        lambda: Book.objects.filter(Q(flag=True) ^ Q(pages=1)),
        lambda: Book.objects.filter(~(Q(flag=True) | Q(pages=1))),
    ],
    "nesting": [
        lambda: Book.objects.filter((Q(pages=1) | Q(pages=2)) & Q(flag=True)),
        lambda: Book.objects.filter(Q(pages=1) | (Q(pages=2) & Q(flag=True))),
        lambda: Book.objects.filter(Q(pages=1) | Q(pages=2) | Q(flag=True)),
        lambda: Book.objects.filter((Q(pages=1) & Q(flag=True)) | Q(pages=2)),
    ],
    "parts_of_dates": [
        _books(printed__year=2000),
        _books(printed__year=2001),
        _books(printed__month=1),
        _books(printed__day=1),
        _books(printed__week_day=1),
        _books(printed__year__gt=2000),
        _books(printed__year__gte=2000),
    ],
    "paths": [
        _books(author__name="a"),
        _books(editor__name="a"),
        _books(author__email="a"),
        _books(author__books__title="a"),
        _books(editor__edited__title="a"),
        _books(editor__books__title="a"),
        _books(shelves__label="a"),
        _books(orders__book__title="a"),
        _books(notes__text="a"),
    ],
    "existence": [
        _books(orders=None),
        _books(orders__isnull=False),
        _books(shelves=None),
        _books(shelves__isnull=False),
        lambda: Book.objects.exclude(orders__paid=True),
        lambda: Book.objects.exclude(orders__paid=False),
        lambda: Book.objects.exclude(shelves__label="a"),
    ],
    "one_filter_or_two_over_many": [
        lambda: Book.objects.filter(orders__paid=True, orders__pk=1),
        lambda: Book.objects.filter(orders__paid=True).filter(orders__pk=1),
        lambda: Book.objects.filter(orders__paid=True).exclude(orders__pk=1),
    ],
    "columns_with_columns": [
        _books(author=F("editor")),
        _books(author=F("pages")),
        _books(editor=F("author")),
        _books(pages=F("author__pk") + 1),
        _books(pages=F("author__pk") + 2),
        _books(pages=F("author__pk") - 1),
        _books(title=F("author__name")),
        _books(title=F("editor__name")),
        _books(title__in=[F("author__name"), "a"]),
        _books(title__in=[F("editor__name"), "a"]),
        _books(pages__range=(F("author__pk"), 5)),
        _books(pages__range=(F("editor__pk"), 5)),
    ],
    "columns_with_columns_or": [
        lambda: Book.objects.filter(Q(title=F("author__name")) | Q(pk=0)),
        lambda: Book.objects.filter(Q(title=F("editor__name")) | Q(pk=0)),
        lambda: Book.objects.filter(Q(title__in=[F("author__name")]) | Q(pk=0)),
        lambda: Book.objects.filter(Q(title__in=[F("editor__name")]) | Q(pk=0)),
    ],
    "functions": [
        lambda: Book.objects.annotate(n=Length("title")).filter(n=4),
        lambda: Book.objects.annotate(n=Length("title")).filter(n=5),
        lambda: Book.objects.annotate(n=Upper("title")).filter(n="4"),
        lambda: Book.objects.annotate(n=F("pages")).filter(n=4),
        lambda: Book.objects.filter(printed__lt=Now()),
        lambda: Book.objects.filter(printed__gt=Now()),
        lambda: Book.objects.filter(printed__lt=timezone.localdate()),
    ],
    "subqueries": [
        lambda: Book.objects.filter(author__in=Author.objects.all()),
        lambda: Book.objects.filter(author__in=Author.objects.filter(name="a")),
        lambda: Book.objects.filter(author__in=Author.objects.filter(name="b")),
        lambda: Book.objects.exclude(author__in=Author.objects.filter(name="b")),
        lambda: Book.objects.filter(editor__in=Author.objects.filter(name="b")),
        lambda: Book.objects.filter(author__in=Author.objects.values("pk")[:5]),
    ],
    "exists": [
        lambda: Book.objects.filter(_sold()),
        lambda: Book.objects.filter(~_sold()),
        lambda: Book.objects.filter(_sold(paid=True)),
        lambda: Book.objects.filter(_sold(paid=False)),
        lambda: Book.objects.filter(_sold("author")),
        lambda: Book.objects.filter(_sold("author__books")),
        lambda: Book.objects.filter(_sold() | Q(flag=True)),
    ],
    "subquery_values": [
        lambda: _with_last_order().filter(last=1),
        lambda: _with_last_order().filter(last=2),
        lambda: _with_last_order(paid=True).filter(last=1),
        lambda: _with_last_order().filter(last__isnull=True),
        lambda: _with_last_order().filter(last=F("pages")),
    ],
    "slices": [
        lambda: Book.objects.all(),
        lambda: Book.objects.all()[:5],
        lambda: Book.objects.all()[:6],
        lambda: Book.objects.all()[1:5],
        lambda: Book.objects.all()[5:],
        lambda: Book.objects.filter(flag=True)[:5],
        lambda: Book.objects.filter(orders__paid=True)[:5],
    ],
    "distinct": [
        lambda: Book.objects.filter(orders__paid=True),
        lambda: Book.objects.filter(orders__paid=True).distinct(),
        lambda: Book.objects.filter(orders__paid=True).values("author").distinct(),
        lambda: Book.objects.filter(orders__paid=True).values("title").distinct(),
        lambda: Book.objects.values("author").distinct(),
        lambda: Book.objects.values("author__name").distinct(),
        lambda: Book.objects.values("author__email").distinct(),
        lambda: Book.objects.values("editor__name").distinct(),
        lambda: Book.objects.values("author", "editor").distinct(),
        lambda: Book.objects.dates("printed", "year"),
        lambda: Book.objects.dates("printed", "month"),
        lambda: Book.objects.values(big=Upper("title")).distinct(),
        lambda: Book.objects.values(big=Length("title")).distinct(),
    ],
    "grouping": [
        lambda: Book.objects.all(),
        lambda: Book.objects.values("author").annotate(n=Count("pk")),
        lambda: Book.objects.values("title").annotate(n=Count("pk")),
        lambda: Book.objects.values("author", "title").annotate(n=Count("pk")),
        lambda: Book.objects.values("author__name").annotate(n=Count("pk")),
        lambda: Book.objects.values("editor__name").annotate(n=Count("pk")),
        lambda: Book.objects.values("orders__paid").annotate(n=Count("pk")),
        lambda: Book.objects.values("printed__year").annotate(n=Count("pk")),
        lambda: Book.objects.filter(flag=True).values("author").annotate(n=Count("pk")),
        lambda: (
            Book.objects.values("author").annotate(n=Count("pk")).filter(flag=True, n=1)
        ),
        lambda: Book.objects.values("author").annotate(n=Count("pk"))[:2],
        lambda: Book.objects.values("author").annotate(n=Count("pk")).values("n"),
        lambda: (
            Book.objects.values("author").annotate(n=Count("pk")).values("n").distinct()
        ),
    ],
    "having": [
        lambda: Book.objects.annotate(n=Count("orders")),
        lambda: Book.objects.annotate(n=Count("orders")).filter(n=1),
        lambda: Book.objects.annotate(n=Count("orders")).filter(n=2),
        lambda: Book.objects.annotate(n=Count("orders")).filter(n__gt=1),
        lambda: Book.objects.annotate(n=Count("orders")).exclude(n__gt=1),
        lambda: Book.objects.annotate(n=Count("shelves")).filter(n=1),
        lambda: Book.objects.annotate(n=Sum("orders__pk")).filter(n=1),
        lambda: Book.objects.annotate(n=Max("orders__pk")).filter(n=1),
        lambda: Book.objects.annotate(
            n=Count("orders", filter=Q(orders__paid=True))
        ).filter(n=1),
        lambda: Book.objects.annotate(n=Count("orders")).filter(Q(n=1) | Q(flag=True)),
    ],
    "many": [
        lambda: Book.objects.all(),
        lambda: Book.objects.filter(orders__paid=True),
        lambda: Book.objects.filter(orders__paid=False),
        lambda: Book.objects.values("orders__pk"),
        lambda: Book.objects.values("shelves__pk"),
        lambda: Book.objects.values("orders__pk", "shelves__pk"),
        lambda: Book.objects.values("author__books__pk"),
        lambda: Book.objects.values("notes__pk"),
        lambda: Book.objects.filter(orders__paid=True).annotate(n=F("shelves__pk")),
        lambda: Book.objects.filter(shelves__label="a").annotate(n=F("orders__pk")),
    ],
    "many_annotated": [
        lambda: Book.objects.all(),
        lambda: Book.objects.annotate(x=F("orders__pk")),
        lambda: Book.objects.annotate(x=F("shelves__pk")),
        lambda: Book.objects.annotate(x=F("author__books__pk")),
        lambda: Book.objects.annotate(x=F("editor__books__pk")),
        lambda: Book.objects.annotate(x=F("notes__pk")),
        lambda: Book.objects.annotate(x=F("orders__pk"), y=F("shelves__pk")),
        lambda: Book.objects.annotate(x=Upper("shelves__label"), n=Count("orders")),
        lambda: Book.objects.annotate(x=F("orders__pk"), n=Count("shelves")),
    ],
    "many_and_aggregate": [
        lambda: Book.objects.filter(orders__paid=True).annotate(n=Count("orders")),
        lambda: Book.objects.annotate(n=Count("orders")).filter(orders__paid=True),
        lambda: Book.objects.filter(shelves__label="a").annotate(n=Count("orders")),
        lambda: Book.objects.annotate(n=Count("orders")),
    ],
    "combinators": [
        lambda: Book.objects.filter(flag=True),
        lambda: Book.objects.filter(flag=True).union(Book.objects.filter(pages=1)),
        lambda: Book.objects.filter(flag=True).union(Book.objects.filter(pages=2)),
        lambda: Book.objects.filter(flag=True).union(
            Book.objects.filter(pages=1), all=True
        ),
        lambda: Book.objects.values("title").union(Book.objects.values("author__name")),
        lambda: Book.objects.values("author__name").union(Book.objects.values("title")),
        lambda: Book.objects.values("title").union(Book.objects.values("title")),
        lambda: Book.objects.filter(flag=True).union(
            Book.objects.filter(pages=1), Book.objects.filter(pages=2)
        ),
        lambda: Book.objects.filter(flag=True).union(Book.objects.filter(pages=1))[:1],
    ],
    "extra": [
        lambda: Book.objects.extra(where=["pages = 1"]),
        lambda: Book.objects.extra(where=["pages = 2"]),
        lambda: Book.objects.extra(where=["pages = %s"], params=[1]),
        lambda: Book.objects.extra(where=["pages = %s"], params=["1"]),
        lambda: Book.objects.extra(where=["pages = %s"], params=[2]),
        lambda: Book.objects.extra(tables=["testapp_author"]),
        lambda: Book.objects.extra(tables=["testapp_order"]),
        lambda: Book.objects.extra(
            tables=["testapp_author"], where=["testapp_author.id = author_id"]
        ),
    ],
    "raw": [
        lambda: Book.objects.filter(pk__in=RawSQL("SELECT 1", [])),
        lambda: Book.objects.filter(pk__in=RawSQL("SELECT 2", [])),
        lambda: Book.objects.filter(pk__in=RawSQL("SELECT %s", [1])),
        lambda: Book.objects.filter(pk__in=RawSQL("SELECT %s", [2])),
    ],
    "filtered_relations": [
        lambda: _with_orders(paid=True),
        lambda: _with_orders(paid=False),
        lambda: _with_orders(paid=True).filter(chosen__isnull=False),
        lambda: _with_orders(paid=False).filter(chosen__isnull=False),
        lambda: _with_orders(paid=True).filter(chosen__pk=1),
        lambda: _with_orders(paid=True).annotate(n=Count("chosen")).filter(n=1),
        lambda: _with_orders(paid=False).annotate(n=Count("chosen")).filter(n=1),
    ],
    "generic": [
        lambda: Note.objects.filter(content_type=ContentType(pk=1), object_id=1),
        lambda: Note.objects.filter(content_type=ContentType(pk=2), object_id=1),
        lambda: Note.objects.filter(content_type=ContentType(pk=1), object_id=2),
        lambda: Book.objects.filter(notes__text="a"),
        lambda: Book.objects.filter(notes__text="b"),
        lambda: Book.objects.filter(notes=None),
    ],
    "models": [
        lambda: Book.objects.all(),
        lambda: LongBook.objects.all(),
        lambda: Order.objects.all(),
        lambda: Shelf.objects.all(),
        lambda: Member.members.all(),
    ],
    "filtered_models": [
        lambda: Book.objects.filter(flag=True),
        lambda: LongBook.objects.filter(flag=True),
    ],
    "parents": [
        lambda: Member.members.filter(name="a"),
        lambda: Member.members.filter(since=1),
        lambda: Member.members.filter(reader_ptr=1),
        lambda: Member.members.all(),
    ],
    "many_to_many": [
        lambda: Shelf.objects.all(),
        lambda: Shelf.objects.values("books__title"),
        lambda: Shelf.objects.values("books__orders__pk"),
        lambda: Shelf.objects.filter(books__title="a"),
        lambda: Shelf.objects.filter(books__author__name="a"),
        lambda: Shelf.objects.filter(books__editor__name="a"),
        lambda: Shelf.objects.filter(books=None),
    ],
}


class Series(Func):
    """Whole numbers from one to another, each in a row of its own."""

    function = "generate_series"
    set_returning = True
    output_field = IntegerField()


def _sold(column: str = "pk", **conditions: object) -> Exists:
    return Exists(Order.objects.filter(book=OuterRef(column), **conditions))


def _with_last_order(**conditions: object) -> Books:
    orders = Order.objects.filter(book=OuterRef("pk"), **conditions).order_by("-pk")
    return Book.objects.annotate(last=Subquery(orders.values("pk")[:1]))


def _with_orders(*, paid: bool) -> Books:
    chosen = FilteredRelation("orders", condition=Q(orders__paid=paid))
    return Book.objects.annotate(chosen=chosen, number=F("chosen__pk"))


@pytest.mark.parametrize("makes", VALUES.values(), ids=VALUES)
def test_each_has_a_key_of_its_own(makes: list[Make]) -> None:
    keys = [key_of(make()) for make in makes]

    assert _repeated(keys) == set()


@pytest.mark.needs("supports_select_intersection")
def test_intersection_is_no_union() -> None:
    first, second = Book.objects.filter(flag=True), Book.objects.filter(pages=1)

    keys = [key_of(first.intersection(second)), key_of(first.union(second))]

    assert _repeated(keys) == set()


@pytest.mark.needs("supports_select_difference")
def test_difference_depends_on_its_order() -> None:
    first, second = Book.objects.filter(flag=True), Book.objects.filter(pages=1)

    keys = [key_of(first.difference(second)), key_of(second.difference(first))]

    assert _repeated(keys) == set()


@pytest.mark.needs("can_distinct_on_fields")
def test_distinct_fields_are_part_of_the_key() -> None:
    books = Book.objects.order_by("author", "title")
    makes = [
        books.distinct(),
        books.distinct("author"),
        books.distinct("author", "title"),
        books.distinct("author__name").order_by("author__name"),
    ]

    assert _repeated([key_of(made) for made in makes]) == set()


@pytest.mark.needs("supports_over_clause")
def test_filters_on_windows_are_part_of_the_key() -> None:
    def ranked(partition: str, order: str, place: int) -> Books:
        window = Window(
            RowNumber(), partition_by=[F(partition)], order_by=F(order).asc()
        )
        return Book.objects.annotate(place=window).filter(place=place)

    made = [
        ranked("author", "pages", 1),
        ranked("author", "pages", 2),
        ranked("editor", "pages", 1),
        ranked("author", "title", 1),
        Book.objects.all(),
    ]

    assert _repeated([key_of(queryset) for queryset in made]) == set()


@pytest.mark.needs("supports_json_field_contains")
def test_contained_json_is_part_of_the_key() -> None:
    made = [
        Book.objects.filter(details__contains={"a": 1}),
        Book.objects.filter(details__contains={"a": True}),
        Book.objects.filter(details__contains={"a": "1"}),
        Book.objects.filter(details__contained_by={"a": 1}),
    ]

    assert _repeated([key_of(queryset) for queryset in made]) == set()


@pytest.mark.needs("set_returning_functions")
def test_set_returning_functions_are_part_of_the_key(library: None) -> None:
    """They repeat rows although nothing asks for what they return."""
    made = [
        Book.objects.all(),
        Book.objects.annotate(number=Series(1, 2)),
        Book.objects.annotate(number=Series(1, 3)),
    ]

    assert [plain_count(queryset) for queryset in made] == [7, 14, 21]
    assert _repeated([key_of(queryset) for queryset in made]) == set()


def test_databases_have_keys_of_their_own() -> None:
    made = [
        Book.objects.using("default"),
        Book.objects.using("other"),
        Book.objects.using("default").filter(flag=True),
        Book.objects.using("other").filter(flag=True),
    ]

    assert _repeated([key_of(queryset) for queryset in made]) == set()


def test_database_chosen_by_the_manager_is_that_of_the_queryset() -> None:
    by_manager = Book.objects.db_manager("other").all()

    assert key_of(by_manager) == key_of(Book.objects.using("other"))


@pytest.mark.parametrize(
    "narrow",
    [
        pytest.param(lambda books: books, id="all"),
        pytest.param(lambda books: books.filter(flag=True), id="filter"),
        pytest.param(lambda books: books.values("author").distinct(), id="distinct"),
    ],
)
def test_tenants_have_keys_of_their_own(
    settings: Settings, narrow: Callable[[Books], Books]
) -> None:
    keys = []
    for tenant in ("", "shop", "store"):
        settings.FAST_COUNT_TENANT = lambda connection, name=tenant: name
        keys.append(key_of(narrow(Book.objects.all())))

    assert _repeated(keys) == set()


def test_tenant_is_asked_about_the_database_that_is_counted(
    settings: Settings,
) -> None:
    asked: list[str] = []

    def tenant(connection: BaseDatabaseWrapper) -> str:
        asked.append(connection.alias)
        return ""

    settings.FAST_COUNT_TENANT = tenant
    key_of(Book.objects.using("other"))

    assert asked == ["other"]


def test_managers_keep_their_counts_apart() -> None:
    ours, theirs = key_of(Book.objects.all()), key_of(Book.rarely.all())

    assert ours.digest == theirs.digest
    assert ours != theirs


def test_condition_of_the_manager_is_part_of_the_key() -> None:
    """As in get_queryset() of a manager that hides rows."""
    assert key_of(Order.objects.all()) != key_of(Order.objects.get_queryset().paid())


def _repeated(keys: list[Any]) -> set[int]:
    """Return the positions whose key stands at an earlier one, too."""
    return {at for at, key in enumerate(keys) if keys.index(key) != at}
