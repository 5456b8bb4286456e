"""Where counts are asked for: paginators and the admin's list."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.models import User
from django.core import paginator
from django.core.paginator import Paginator
from django.test import RequestFactory
from typing_extensions import override

from tests.support.database import committing
from tests.support.loops import in_loop
from tests.support.statements import Statements, on_every_connection, watched
from tests.support.world import add_books
from tests.testapp.models import Book

if TYPE_CHECKING:
    from django.contrib.admin.views.main import ChangeList

    _Admin = ModelAdmin[Book]
else:
    _Admin = ModelAdmin

pytestmark = committing


class BookAdmin(_Admin):
    ordering = ("-title",)
    list_filter = ("flag",)
    search_fields = ("title",)
    list_select_related = ("author",)


def change_list(query: dict[str, str]) -> ChangeList:
    """Return the admin's list of books as a superuser gets it."""
    request = RequestFactory().get("/", query)
    request.user = User(is_superuser=True, is_staff=True, is_active=True)
    return BookAdmin(Book, AdminSite()).get_changelist_instance(request)


def test_second_paginator_over_the_same_rows_runs_no_count() -> None:
    add_books(5)
    first = Paginator(Book.objects.order_by("pk"), 2).num_pages

    with watched() as statements:
        again = Paginator(Book.objects.order_by("-title"), 2)
        pages, rows = again.num_pages, len(again.page(3))

    assert (first, pages, rows) == (3, 3, 1)
    assert statements.counts() == []


@pytest.mark.skipif(
    not hasattr(paginator, "AsyncPaginator"), reason="needs Django's AsyncPaginator"
)
def test_second_async_paginator_over_the_same_rows_runs_no_count() -> None:
    add_books(5)
    make: Any = getattr(paginator, "AsyncPaginator")  # noqa: B009 - since Django 6.0
    Book.objects.count()
    statements = Statements()

    async def pages() -> tuple[int, int]:
        books = make(Book.objects.order_by("pk"), 2)
        page = await books.apage(3)
        return await books.anum_pages(), len([book async for book in page])

    with on_every_connection(statements):
        found = in_loop(pages())

    assert found == (3, 1)
    assert statements.counts() == []


def test_many_async_pages_at_once_agree() -> None:
    add_books(5)

    async def counted() -> list[int]:
        every = [Book.objects.order_by("pk").acount() for _ in range(10)]
        return await asyncio.gather(*every)

    assert in_loop(counted()) == [5] * 10


def test_ordered_admin_list_uses_the_precached_count() -> None:
    add_books(5, flag=True)
    Book.objects.precache_counts()

    with watched() as statements:
        found = change_list({})

    assert (found.result_count, found.full_result_count) == (5, 5)
    assert statements.counts() == []


def test_filtered_admin_list_uses_the_precached_count() -> None:
    add_books(5, flag=True)
    add_books(2, flag=False)
    Book.objects.precache_counts()

    with watched() as statements:
        found = change_list({"flag__exact": "1"})

    assert (found.result_count, found.full_result_count) == (5, 7)
    assert statements.counts() == []


def test_searched_admin_list_is_counted_right() -> None:
    add_books(12)
    change_list({"q": "Book 1"})

    found = change_list({"q": "Book 1"})

    assert (found.result_count, found.full_result_count) == (3, 12)


def test_admin_list_of_another_database_is_counted_there() -> None:
    class OtherAdmin(BookAdmin):
        @override
        def get_queryset(self, request: Any) -> Any:
            return super().get_queryset(request).using("other")

    add_books(2)
    add_books(3, using="other")
    change_list({})
    request = RequestFactory().get("/")
    request.user = User(is_superuser=True, is_staff=True, is_active=True)

    found = OtherAdmin(Book, AdminSite()).get_changelist_instance(request)

    assert found.result_count == 3
