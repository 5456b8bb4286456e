"""Querysets that must have the same number of rows share one key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pytest
from django.contrib.admin import ModelAdmin
from django.contrib.admin.sites import AdminSite
from django.contrib.auth.models import User
from django.db.models import (
    Avg,
    Case,
    Count,
    Exists,
    F,
    Max,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Length, Upper

from tests.support.database import ALIASES
from tests.support.keys import key_of
from tests.support.twins import plain_count
from tests.testapp.models import Author, Book, Member, Order, Reader, Shelf

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.test import RequestFactory

# Keys are asked for, nothing is kept: what a test writes may be rolled back.
pytestmark = pytest.mark.django_db(databases=[*ALIASES])

Make: TypeAlias = "Callable[[QuerySet[Any, Any]], QuerySet[Any, Any]]"

# What may be done to a queryset of books without changing how many they are.
HARMLESS: Final[dict[str, Make]] = {
    "all": lambda books: books.all(),
    "order_by_own_column": lambda books: books.order_by("-title"),
    "order_by_foreign_key": lambda books: books.order_by("author__name", "pk"),
    "order_by_nullable_foreign_key": lambda books: books.order_by("editor__name"),
    "order_by_many": lambda books: books.order_by("orders__paid"),
    "order_by_expression": lambda books: books.order_by(Upper("title").desc()),
    "order_by_nulls": lambda books: books.order_by(F("printed").asc(nulls_last=True)),
    "order_by_random": lambda books: books.order_by("?"),
    "order_by_nothing": lambda books: books.order_by(),
    "reverse": lambda books: books.order_by("title").reverse(),
    "only": lambda books: books.only("title"),
    "defer": lambda books: books.defer("details", "cover"),
    "values": lambda books: books.values(),
    "values_of_columns": lambda books: books.values("title", "pages"),
    "values_of_foreign_key": lambda books: books.values("author", "editor_id"),
    "values_over_foreign_key": lambda books: books.values("author__name"),
    "values_over_nullable": lambda books: books.values("editor__name"),
    "values_of_json_key": lambda books: books.values("details__year"),
    "values_list": lambda books: books.values_list("title"),
    "values_list_flat": lambda books: books.values_list("title", flat=True),
    "values_list_named": lambda books: books.values_list("title", named=True),
    "values_of_expression": lambda books: books.values(big=Upper("title")),
    "select_related": lambda books: books.select_related("author", "editor"),
    "select_related_undone": lambda books: books.select_related(
        "author"
    ).select_related(None),
    "prefetch_related": lambda books: books.prefetch_related("orders", "shelves"),
    "prefetch_object": lambda books: books.prefetch_related(
        Prefetch("orders", queryset=Order.objects.filter(paid=True), to_attr="sold")
    ),
    "annotate_function": lambda books: books.annotate(big=Upper("title")),
    "annotate_column": lambda books: books.annotate(copy=F("title")),
    "annotate_value": lambda books: books.annotate(one=Value(1)),
    "annotate_case": lambda books: books.annotate(
        thick=Case(When(pages__gt=200, then=True), default=False)
    ),
    "annotate_condition": lambda books: books.annotate(thick=Q(pages__gt=200)),
    "annotate_foreign_key": lambda books: books.annotate(who=F("author__name")),
    "annotate_nullable": lambda books: books.annotate(who=F("editor__name")),
    "annotate_both": lambda books: books.annotate(
        who=Coalesce("editor__name", "author__name")
    ),
    "annotate_count": lambda books: books.annotate(n=Count("orders")),
    "annotate_counts": lambda books: books.annotate(
        orders_count=Count("orders", distinct=True),
        shelves_count=Count("shelves", distinct=True),
    ),
    "annotate_count_filtered": lambda books: books.annotate(
        sold=Count("orders", filter=Q(orders__paid=True))
    ),
    "annotate_aggregate_over_foreign_key": lambda books: books.annotate(
        average=Avg("author__books__pages")
    ),
    "annotate_aggregate_and_foreign_key": lambda books: books.annotate(
        n=Count("orders"), who=F("author__name")
    ),
    "annotate_exists": lambda books: books.annotate(
        sold=Exists(Order.objects.filter(book=OuterRef("pk")))
    ),
    "annotate_subquery": lambda books: books.annotate(
        latest=Subquery(Order.objects.filter(book=OuterRef("pk")).values("pk")[:1])
    ),
    "alias": lambda books: books.alias(big=Upper("title")),
    "alias_aggregate": lambda books: books.alias(newest=Max("orders__id")),
    "extra_select": lambda books: books.extra(select={"one": "1"}),
    "extra_order": lambda books: books.extra(order_by=["title"]),
    "filter_nothing": lambda books: books.filter(),
    "filter_empty_q": lambda books: books.filter(Q(), Q() | Q()),
    "exclude_nothing": lambda books: books.exclude(),
    "chained_empty_filters": lambda books: books.filter().exclude().filter(Q()),
    "complex_filter": lambda books: books.complex_filter({}),
    "select_for_update": lambda books: books.select_for_update(),
    "using_the_same": lambda books: books.using("default"),
    "mixed": lambda books: (
        books.select_related("author")
        .annotate(n=Count("orders"), big=Upper("title"))
        .order_by("author__name")
        .only("title", "author")
    ),
}
each_harmless = pytest.mark.parametrize("make", HARMLESS.values(), ids=HARMLESS)

FILTERS: Final[dict[str, Make]] = {
    "own_column": lambda books: books.filter(flag=True),
    "text": lambda books: books.filter(title__icontains="a"),
    "several": lambda books: books.filter(flag=True, pages__gt=100),
    "in": lambda books: books.filter(pages__in=[100, 200]),
    "or": lambda books: books.filter(Q(flag=True) | Q(pages__lt=200)),
    "exclude": lambda books: books.exclude(flag=True),
    "foreign_key": lambda books: books.filter(author__name="Ann"),
    "nullable_foreign_key": lambda books: books.filter(editor__name="Ann"),
    "null": lambda books: books.filter(editor=None),
    "json": lambda books: books.filter(details__year=2000),
    "column_with_column": lambda books: books.filter(author=F("editor")),
    "function": lambda books: books.annotate(n=Length("title")).filter(n=4),
    "exists": lambda books: books.filter(
        Exists(Order.objects.filter(book=OuterRef("pk"), paid=True))
    ),
}
each_filter = pytest.mark.parametrize("narrow", FILTERS.values(), ids=FILTERS)
# Some of the harmless ones are enough to be tried with every filter.
DECORATIONS: Final = {
    name: HARMLESS[name]
    for name in (
        "order_by_foreign_key",
        "only",
        "values_of_columns",
        "select_related",
        "annotate_function",
        "annotate_foreign_key",
        "annotate_nullable",
        "extra_select",
        "using_the_same",
    )
}
each_decoration = pytest.mark.parametrize(
    "decorate", DECORATIONS.values(), ids=DECORATIONS
)


@each_harmless
def test_what_leaves_all_rows_shares_the_key_of_all(make: Make) -> None:
    assert key_of(make(Book.objects.all())) == key_of(Book.objects.all())


@each_harmless
def test_what_shares_the_key_of_all_has_as_many_rows(library: None, make: Make) -> None:
    """The table above is right about what is harmless."""
    assert plain_count(make(Book.objects.all())) == plain_count(Book.objects.all()) == 7


@each_decoration
@each_filter
def test_decorated_filter_shares_the_key_of_the_filter(
    narrow: Make, decorate: Make
) -> None:
    plain = narrow(Book.objects.all())

    assert key_of(decorate(plain)) == key_of(plain)


@each_filter
def test_filter_on_something_decorated_shares_the_key_of_the_filter(
    narrow: Make,
) -> None:
    decorated = Book.objects.select_related("author").only("title").order_by("title")

    assert key_of(narrow(decorated)) == key_of(narrow(Book.objects.all()))


@each_filter
def test_filter_has_a_key_of_its_own(narrow: Make) -> None:
    assert key_of(narrow(Book.objects.all())) != key_of(Book.objects.all())


@each_filter
def test_key_is_the_same_each_time(narrow: Make) -> None:
    assert key_of(narrow(Book.objects.all())) == key_of(narrow(Book.objects.all()))


@each_filter
def test_asking_for_the_key_leaves_the_queryset_as_it_was(
    library: None, narrow: Make
) -> None:
    queryset = narrow(Book.objects.all())
    before = str(queryset.query), plain_count(queryset)

    key_of(queryset)

    assert (str(queryset.query), plain_count(queryset)) == before


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(
            Book.objects.filter(flag=True, pages=1),
            Book.objects.filter(flag=True).filter(pages=1),
            id="in_one_or_two_filters",
        ),
        pytest.param(
            Book.objects.filter(flag=True),
            Book.objects.filter(Q(flag=True)),
            id="keyword_or_q",
        ),
        pytest.param(
            Book.objects.filter(flag=True),
            Book.objects.filter(Q(flag=1)),
            id="one_or_true",
        ),
        pytest.param(
            Book.objects.filter(pages=1),
            Book.objects.filter(pages="1"),
            id="number_text",
        ),
        pytest.param(
            Book.objects.filter(pages=1),
            Book.objects.filter(pages__exact=1),
            id="exact_said_or_not",
        ),
        pytest.param(
            Book.objects.filter(editor=None),
            Book.objects.filter(editor__isnull=True),
            id="none_or_isnull",
        ),
        pytest.param(
            Book.objects.filter(author=1),
            Book.objects.filter(author_id=1),
            id="field_or_column",
        ),
        pytest.param(
            Book.objects.filter(author=Author(pk=1)),
            Book.objects.filter(author__pk=1),
            id="object_or_key",
        ),
        pytest.param(
            Book.objects.filter(pk=1), Book.objects.filter(id=1), id="pk_or_id"
        ),
        pytest.param(
            Book.objects.filter(pages__in=[1, 2]),
            Book.objects.filter(pages__in=(1, 2)),
            id="list_or_tuple",
        ),
        pytest.param(
            Book.objects.filter(pages__in=range(3)),
            Book.objects.filter(pages__in=[0, 1, 2]),
            id="range_or_list",
        ),
        pytest.param(
            Book.objects.filter(printed="2000-01-01"),
            Book.objects.filter(printed__exact="2000-01-01"),
            id="dates_as_text",
        ),
        pytest.param(
            Book.objects.filter(cover=b"a"),
            Book.objects.filter(cover=memoryview(b"a")),
            id="bytes_or_view",
        ),
        pytest.param(
            Book.objects.filter(details={"a": [1, 2]}),
            Book.objects.filter(details={"a": [1, 2]}),
            id="equal_json",
        ),
        pytest.param(
            Book.objects.order_by("pk")[:5],
            Book.objects.order_by("pk")[:5],
            id="equal_slices",
        ),
        pytest.param(
            Book.objects.values("title").distinct(),
            Book.objects.values("title").distinct().order_by("title"),
            id="distinct_ordered_or_not",
        ),
        pytest.param(
            Book.objects.distinct(),
            Book.objects.distinct().only("title"),
            id="distinct_with_fewer_columns",
        ),
        pytest.param(
            Book.objects.distinct(),
            Book.objects.select_related("author").distinct(),
            id="distinct_with_related",
        ),
        pytest.param(
            Book.objects.filter(orders__paid=True),
            Book.objects.filter(orders__paid=True).order_by("orders__id"),
            id="many_ordered_or_not",
        ),
        pytest.param(
            Book.objects.annotate(n=Count("orders")).filter(n__gt=1),
            Book.objects.annotate(n=Count("orders")).filter(n__gt=1).order_by("-n"),
            id="having_ordered_or_not",
        ),
        pytest.param(
            Book.objects.filter(orders__paid=True),
            Book.objects.filter(orders__paid=True).select_related("author"),
            id="many_with_related",
        ),
        pytest.param(
            Order.objects.all(),
            Order.objects.annotate(who=F("book__author__name")),
            id="two_foreign_keys_away",
        ),
        pytest.param(
            Member.members.all(),
            Member.members.order_by("name"),
            id="column_of_the_parent_table",
        ),
        pytest.param(
            Member.members.all(),
            Member.members.annotate(called=F("name")),
            id="annotated_from_the_parent_table",
        ),
        pytest.param(
            Reader.objects.all(),
            Reader.objects.annotate(since=F("member__since")),
            id="annotated_from_the_child_table",
        ),
        pytest.param(
            Shelf.objects.all(),
            Shelf.objects.annotate(n=Count("books__orders")),
            id="aggregate_over_many_to_many",
        ),
    ],
)
def test_two_ways_to_say_the_same_share_a_key(
    first: QuerySet[Any, Any], second: QuerySet[Any, Any]
) -> None:
    assert key_of(first) == key_of(second)


def test_ordering_that_was_compiled_before_changes_nothing() -> None:
    """Compiling leaves the joins of the ordering behind in the query."""
    ordered = Book.objects.order_by("author__name", "orders__id")
    str(ordered.query)

    assert key_of(ordered.all()) == key_of(Book.objects.all())


def test_copy_of_an_evaluated_queryset_shares_the_key(library: None) -> None:
    ordered = Book.objects.select_related("author").order_by("editor__name")
    list(ordered)

    assert key_of(ordered.all()) == key_of(Book.objects.all())


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param({}, id="as_it_is"),
        pytest.param({"ordering": ("-printed", "title")}, id="ordered"),
        pytest.param(
            {"list_display": ("title", "author"), "list_select_related": ("author",)},
            id="related",
        ),
        pytest.param(
            {"list_display": ("title", "author", "editor"), "ordering": ("author",)},
            id="ordered_by_relation",
        ),
        pytest.param(
            {"list_filter": ("flag", "author"), "search_fields": ("title",)},
            id="filters_unused",
        ),
        pytest.param({"date_hierarchy": "printed"}, id="date_hierarchy"),
    ],
)
def test_changelist_of_the_admin_shares_the_key_of_all(
    rf: RequestFactory, attributes: dict[str, Any]
) -> None:
    admin_class = type("BookAdmin", (ModelAdmin,), attributes)
    request = rf.get("/admin/testapp/book/")
    request.user = User(is_superuser=True, is_active=True)

    changelist = admin_class(Book, AdminSite()).get_changelist_instance(request)

    assert key_of(changelist.queryset) == key_of(Book.objects.all())
    assert key_of(changelist.root_queryset) == key_of(Book.objects.all())


def test_filtered_changelist_shares_the_key_of_the_filter(rf: RequestFactory) -> None:
    admin_class = type("BookAdmin", (ModelAdmin,), {"list_filter": ("flag",)})
    request = rf.get("/admin/testapp/book/", {"flag__exact": "1"})
    request.user = User(is_superuser=True, is_active=True)

    changelist = admin_class(Book, AdminSite()).get_changelist_instance(request)

    assert key_of(changelist.queryset) == key_of(Book.objects.filter(flag=True))
