"""precache_counts(): counting ahead, in order or several at once."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, transaction

from django_reckon.models import FastCount
from tests.support.database import committing
from tests.support.keys import key_of
from tests.support.loops import in_loop
from tests.support.statements import Statements, is_count, on_every_connection, watched
from tests.support.workers import PATIENCE
from tests.support.world import add_books, add_essays, add_visits
from tests.testapp.models import Book, Essay, LongBook, Product, Visit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_django import Settings

    from tests.support.twins import Twin

pytestmark = committing


def test_report_tells_what_was_counted(twin: Twin) -> None:
    add_books(3, flag=True)
    add_books(2, flag=False)

    report = twin.precache(Book.objects)

    assert (report.model, report.manager, report.database) == (
        "testapp.Book",
        "objects",
        "default",
    )
    assert [(result.queryset, result.count) for result in report.results] == [
        (".all()", 5),
        ("fast_count_querysets()[0]", 3),
        ("fast_count_querysets()[1]", 2),
    ]
    assert (report.failed, report.skipped) == ((), None)
    assert report.results[1].digest == key_of(Book.objects.filter(flag=True)).digest


def test_precached_counts_answer(twin: Twin) -> None:
    add_books(3, flag=True)
    twin.precache(Book.objects)

    with watched() as statements:
        counted = [
            twin.count(Book.objects.all()),
            twin.count(Book.objects.filter(flag=True)),
            twin.count(Book.objects.filter(flag=False)),
        ]

    assert (counted, statements.sql) == ([3, 3, 0], [])


def test_precached_counts_are_kept_whatever_their_size(twin: Twin) -> None:
    add_visits(1)

    twin.precache(Visit.objects)

    kept = FastCount.objects.values_list("count", "is_precached")
    assert sorted(kept) == [(1, True), (1, True)]


def test_precaching_replaces_older_counts(twin: Twin) -> None:
    add_books(2)
    twin.count(Book.objects.all())
    add_books(1)

    twin.precache(Book.objects)

    assert twin.count(Book.objects.all()) == 3


def test_each_manager_precaches_for_itself(twin: Twin) -> None:
    add_books(2, flag=True)

    twin.precache(Book.rarely)

    assert twin.info(Book.rarely.filter(flag=True)).source == "cache"
    assert twin.info(Book.objects.filter(flag=True)).source == "exact"


def test_model_without_declared_querysets_precaches_all_rows(twin: Twin) -> None:
    add_essays(2)

    report = twin.precache(Essay.objects)

    assert [result.queryset for result in report.results] == [".all()"]


def test_custom_querysets_are_precached(twin: Twin) -> None:
    Product.objects.bulk_create([Product(name="chair"), Product(name="bed", stock=1)])

    report = twin.precache(Product.objects)

    assert [result.count for result in report.results] == [2, 2, 1]
    assert twin.info(Product.objects.get_queryset().active()).source == "cache"


def test_proxy_precaches_its_own_counts(twin: Twin) -> None:
    add_books(2, flag=True)

    twin.precache(LongBook.objects)

    assert twin.info(LongBook.objects.all()).source == "cache"
    assert twin.info(Book.objects.all()).source == "exact"


def test_filters_of_the_queryset_play_no_part(twin: Twin) -> None:
    add_books(2, flag=False)

    report = twin.precache(Book.objects.filter(flag=True))

    assert report.results[0].count == 2


def test_precaching_counts_in_the_database_of_the_queryset(twin: Twin) -> None:
    add_books(2, flag=True)
    add_books(3, flag=True, using="other")

    report = twin.precache(Book.objects.using("other"))

    assert report.database == "other"
    assert [result.count for result in report.results] == [3, 3, 0]
    assert twin.info(Book.objects.using("other")).source == "cache"
    assert twin.info(Book.objects.all()).source == "exact"


def _declares(monkeypatch: pytest.MonkeyPatch, make: Callable[[], object]) -> None:
    monkeypatch.setattr(Book, "fast_count_querysets", classmethod(lambda _: make()))


def test_queryset_that_fails_leaves_the_others_counted(
    twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_books(2, flag=True)
    _declares(
        monkeypatch,
        lambda: [
            Book.objects.extra(where=["no_such_column = 1"]),
            "no queryset",
            Essay.objects.all(),
            Book.objects.filter(flag=True),
        ],
    )

    report = twin.precache(Book.objects)

    assert [result.count for result in report.results] == [2, None, None, None, 2]
    assert len(report.failed) == 3
    assert all(result.error for result in report.failed)


def test_model_whose_declaration_raises_still_precaches_all_rows(
    twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_books(2)
    _declares(monkeypatch, lambda: 1 / 0)

    report = twin.precache(Book.objects)

    assert report.results[0].count == 2
    assert "ZeroDivisionError" in str(report.failed[0].error)


def test_queryset_that_fails_inside_a_transaction_harms_nobody(
    twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    _declares(monkeypatch, lambda: [Book.objects.extra(where=["no_such_column = 1"])])

    with transaction.atomic():
        add_books(2)
        report = twin.precache(Book.objects)
        add_books(1)

    assert len(report.failed) == 1
    assert twin.info(Book.objects.all()).value == 2
    assert len(Book.objects.all()) == 3


def test_queryset_without_rows_is_no_failure(
    twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    _declares(monkeypatch, lambda: [Book.objects.none()])

    report = twin.precache(Book.objects)

    assert report.results[1].count == 0
    assert report.failed == ()


def test_async_precaching_counts_several_querysets_at_once() -> None:
    """The three COUNTs of Book meet at a barrier, which one alone would never pass."""
    add_books(2)
    barrier = threading.Barrier(3)

    def meet(execute: Any, sql: str, *args: Any) -> Any:
        if is_count(sql):
            barrier.wait(PATIENCE)
        return execute(sql, *args)

    with on_every_connection(meet):
        report = in_loop(Book.objects.aprecache_counts())

    assert [result.count for result in report.results] == [2, 0, 2]
    assert not barrier.broken


def test_async_precaching_keeps_to_its_concurrency(settings: Settings) -> None:
    settings.FAST_COUNT_PRECACHE_CONCURRENCY = 1
    add_books(2)
    running: list[str] = []
    most: list[int] = []

    def watch(execute: Any, sql: str, *args: Any) -> Any:
        running.append(sql)
        most.append(len(running))
        try:
            return execute(sql, *args)
        finally:
            running.pop()

    with on_every_connection(watch):
        in_loop(Book.objects.aprecache_counts())

    assert max(most) == 1


@pytest.fixture
def opened() -> Iterator[list[Any]]:
    """Collect the connections that other threads open."""
    found: list[Any] = []
    here = threading.get_ident()

    def note(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        if threading.get_ident() != here:
            found.append(context["connection"])
        return execute(sql, params, many, context)

    with on_every_connection(note):
        yield found


def test_async_precaching_leaves_no_connection_open(opened: list[Any]) -> None:
    add_books(2)

    in_loop(Book.objects.aprecache_counts())

    assert opened
    assert [each for each in opened if each.connection is not None] == []


def test_async_precaching_inside_a_transaction_counts_its_rows(twin: Twin) -> None:
    """One by one, on the connection that holds the transaction."""
    statements = Statements()

    with transaction.atomic(), connection.execute_wrapper(statements):
        add_books(2)
        report = twin.precache(Book.objects)

    assert [result.count for result in report.results] == [2, 0, 2]
    assert len(statements.counts()) == 3


def test_cancelled_async_precaching_keeps_what_was_finished(
    settings: Settings,
) -> None:
    settings.FAST_COUNT_PRECACHE_CONCURRENCY = 1
    add_books(2, flag=True)
    started, go_on = threading.Event(), threading.Event()
    counts: list[str] = []

    def hold_the_second(execute: Any, sql: str, *args: Any) -> Any:
        if is_count(sql):
            counts.append(sql)
            if len(counts) == 2:
                started.set()
                go_on.wait(PATIENCE)
        return execute(sql, *args)

    async def cancelled() -> None:
        task = asyncio.ensure_future(Book.objects.aprecache_counts())
        await asyncio.to_thread(started.wait, PATIENCE)
        task.cancel()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    with on_every_connection(hold_the_second):
        in_loop(cancelled())

    assert len(counts) == 2
    assert FastCount.objects.filter(count=2, is_precached=True).count() == 2


def test_async_precaching_in_the_callers_database_thread_closes_nothing() -> None:
    """The connection of the caller's thread is the caller's affair."""
    add_books(1)

    async def run() -> bool:
        await Book.objects.acount()
        await Book.objects.aprecache_counts()
        return await sync_to_async(lambda: connection.connection is not None)()

    assert in_loop(run())
