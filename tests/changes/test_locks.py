"""Locking what is about to be written."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, connections, transaction
from django.db.models import Count

from tests.changes.world import World, update
from tests.changesapp.models import Parcel
from tests.support.database import committing
from tests.support.statements import watched
from tests.support.workers import PATIENCE
from tests.testapp.models import Book, Order

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.changes.conftest import Recorder

pytestmark = committing

in_two_connections = pytest.mark.needs("concurrent_writers")


def _elsewhere(work: Callable[[], object]) -> None:
    """Run the work in a thread, and so on a connection, of its own, to its end."""

    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def _is_locked(book: Book) -> bool:
    """Tell whether another connection cannot lock the row now."""
    found: list[bool] = []

    def look() -> None:
        with transaction.atomic():
            rows = Book.objects.select_for_update(skip_locked=True).filter(pk=book.pk)
            found.append(not list(rows))

    _elsewhere(look)
    return found[0]


@in_two_connections
def test_rows_are_locked_when_they_are_read(recorder: Recorder) -> None:
    world = World()
    recorder.watch(Book, "author", lock=True)
    locked = []

    def between(execute: Any, sql: str, *args: Any) -> Any:
        if sql.startswith("UPDATE"):
            locked.extend([_is_locked(world.book), _is_locked(world.second)])
        return execute(sql, *args)

    with connection.execute_wrapper(between):
        Book.objects.filter(title="A").update(author=world.bob)

    assert locked == [True, False]


@in_two_connections
@pytest.mark.parametrize("keyed", [True, False], ids=["by key", "by filter"])
def test_rows_that_come_to_match_later_are_left(
    recorder: Recorder, *, keyed: bool
) -> None:
    """Else a phantom would move and nobody would know from where."""
    world = World()
    recorder.watch(Book, "author", lock=True)
    keys = [world.book.pk] if keyed else None

    def between(execute: Any, sql: str, *args: Any) -> Any:
        if sql.startswith("UPDATE") and not recorder.changes:
            # By its key: a scan would wait for the locked row on MariaDB.
            _elsewhere(
                lambda: Book.objects.filter(pk=world.second.pk).update(title="A")
            )
        return execute(sql, *args)

    rows = Book.objects.filter(title="A")
    with connection.execute_wrapper(between):
        written = (rows.filter(pk__in=keys) if keys else rows).update(editor=world.ann)

    mine = [each for each in recorder.changes if each.fields == frozenset({"editor"})]
    assert written == 1
    assert [each.keys for each in mine] == [(world.book.pk,)]
    assert not Book.objects.filter(pk=world.second.pk, editor=world.ann).exists()


@in_two_connections
def test_rows_that_come_to_match_later_are_not_deleted(recorder: Recorder) -> None:
    world = World()
    recorder.watch(Order, "book", lock=True)

    def between(execute: Any, sql: str, *args: Any) -> Any:
        if sql.startswith("DELETE"):
            _elsewhere(lambda: Order.objects.create(book_id=world.second.pk))
        return execute(sql, *args)

    with connection.execute_wrapper(between):
        Order.objects.filter(paid=False).delete()

    assert Order.objects.get().book_id == world.second.pk
    gone = [each for each in recorder.changes if not each.after]
    assert [dict(each.before) for each in gone] == [
        {"book": frozenset({world.book.pk})}
    ]


QUERYSETS: dict[str, Callable[[], Any]] = {
    "a join": lambda: Book.objects.filter(author__name="Ann"),
    "an outer join": lambda: Book.objects.filter(editor__name="Bob"),
    "an optional outer join": lambda: Book.objects.filter(
        orders__isnull=False, notes__isnull=False
    ),
    "a group": lambda: Book.objects.annotate(n=Count("orders")).filter(n=1),
    "distinct rows": lambda: Book.objects.filter(orders__paid=False).distinct(),
    "an order": lambda: Book.objects.filter(title="A").order_by("author__name"),
    "a subquery": lambda: Book.objects.filter(
        pk__in=Order.objects.values("book").order_by()
    ),
}


@pytest.mark.parametrize("queryset", QUERYSETS.values(), ids=QUERYSETS)
def test_rows_of_any_queryset_can_be_locked(
    queryset: Callable[[], Any], recorder: Recorder
) -> None:
    world = World()
    recorder.watch(Book, "author", lock=True, keys=True)

    queryset().update(author=world.bob)

    assert recorder.changes == [
        update(
            Book,
            world.book.pk,
            fields=["author"],
            before={"author": [world.ann.pk]},
            author=[world.bob.pk],
        )
    ]


def test_lock_brings_its_transaction(recorder: Recorder) -> None:
    world = World()
    recorder.watch(Book, "author", lock=True, atomic=False)

    Book.objects.filter(title="A").update(author=world.bob)

    assert recorder.changes


@in_two_connections
def test_rows_that_an_upsert_meets_are_locked(recorder: Recorder) -> None:
    world = World()
    recorder.watch(Parcel, "at", lock=True)
    options: dict[str, Any] = {} if world.loses_nulls else {"unique_fields": ["code"]}

    with watched() as statements:
        Parcel.objects.bulk_create(
            [Parcel(code="p", home=world.here, at=world.there)],
            update_conflicts=True,
            update_fields=["at"],
            **options,
        )

    [read] = [sql for sql in statements.on(Parcel) if sql.startswith("SELECT")]
    assert "FOR " in read
