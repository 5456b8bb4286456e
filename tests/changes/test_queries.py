"""What the capture costs in queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from django.db import transaction

from django_reckon.changes import capture
from tests.changes.test_matrix import ROWS
from tests.changes.world import Row, World
from tests.changesapp.models import Parcel, Seat
from tests.support.database import committing
from tests.support.statements import watched
from tests.testapp.models import Book, Shelf

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.changes.conftest import Recorder

pytestmark = committing

Write = "Callable[[World], Any]"


def _statements(write: Callable[[World], object]) -> list[str]:
    """Return the statements of a write that is then undone."""
    with transaction.atomic():
        world = World()
        with watched() as statements:
            write(world)
        transaction.set_rollback(True)
    return statements.sql


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_unwatched_write_costs_nothing(row: Row) -> None:
    """Some of the models are counted, which costs no query either."""
    seen = _statements(row.sync)

    capture.uninstall()
    try:
        unseen = _statements(row.sync)
    finally:
        capture.install()

    assert len(seen) == len(unseen)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_each_write_costs_one_query_at_most(row: Row, recorder: Recorder) -> None:
    plain = _statements(row.sync)
    for model, relations in row.watched.items():
        recorder.watch(model, *relations, keys=True)

    seen = _statements(row.sync)

    # A statement that hits nothing is read for all the same.
    writes = [sql for sql in plain if not sql.startswith("SELECT")]
    assert len(seen) - len(plain) <= len(writes)


def _moved(world: World) -> None:
    world.book.author = world.bob
    world.book.save()


def _moved_in_bulk(world: World) -> None:
    world.book.author, world.second.author = world.bob, world.ann
    Book.objects.bulk_update([world.book, world.second], ["author", "editor"])


def _upserted(world: World) -> None:
    options: dict[str, Any] = {} if world.loses_nulls else {"unique_fields": ["code"]}
    Parcel.objects.bulk_create(
        [Parcel(pk=world.parcel.pk, code="p", home=world.here)],
        update_conflicts=True,
        update_fields=["at"],
        **options,
    )


ONE_MORE: Final[dict[str, Callable[[World], object]]] = {
    "save": _moved,
    "update": lambda w: Book.objects.filter(title="A").update(author=w.bob),
    "update by key": lambda w: Book.objects.filter(pk=w.book.pk).update(author=w.bob),
    "bulk_update of two relations": _moved_in_bulk,
    "delete in one statement": lambda w: w.shelf.books.clear(),
    "upsert": _upserted,
}


@pytest.mark.parametrize("write", ONE_MORE.values(), ids=ONE_MORE)
def test_targets_of_several_relations_cost_one_query(
    write: Callable[[World], object], recorder: Recorder
) -> None:
    plain = _statements(write)
    recorder.watch(Book, "author", "editor", keys=True)
    recorder.watch(Shelf.books.through, "book", "shelf")
    recorder.watch(Parcel, "at", "home", "last")

    seen = _statements(write)

    assert len(seen) == len(plain) + 1


NO_MORE: Final[dict[str, Callable[[World], object]]] = {
    "insert": lambda w: Book.objects.create(title="x", author=w.ann),
    "bulk_create": lambda w: Book.objects.bulk_create([Book(title="x", author=w.ann)]),
    "update": lambda w: Book.objects.filter(title="A").update(pages=1),
    "save": lambda w: w.book.save(update_fields=["pages", "flag"]),
    "bulk_update": lambda w: Book.objects.bulk_update([w.book], ["pages"]),
}


@pytest.mark.parametrize("write", NO_MORE.values(), ids=NO_MORE)
def test_fields_that_cannot_matter_cost_nothing(
    write: Callable[[World], object], recorder: Recorder
) -> None:
    plain = _statements(write)
    fields = frozenset({"author", "editor", "price"})
    recorder.watch(Book, "author", "editor", fields=fields, keys=True, lock=True)

    seen = _statements(write)

    assert len(seen) == len(plain)
    assert not [each for each in recorder.changes if each.fields is not None]


def test_known_keys_cost_nothing(recorder: Recorder) -> None:
    def write(world: World) -> None:
        world.book.save()
        Book.objects.filter(pk__in=[world.book.pk, world.second.pk]).update(pages=1)
        world.seat.delete()

    plain = _statements(write)
    recorder.watch(Book, keys=True)
    recorder.watch(Seat, keys=True)

    seen = _statements(write)

    assert len(seen) == len(plain)
    assert all(each.keys for each in recorder.changes)


def test_keys_nobody_asked_for_cost_nothing(recorder: Recorder) -> None:
    def write(world: World) -> None:
        Book.objects.filter(title="A").update(pages=1)

    plain = _statements(write)
    recorder.watch(Book)

    seen = _statements(write)

    assert len(seen) == len(plain)
    assert recorder.changes[-1].keys is None


def test_many_keys_are_read_in_few_queries(recorder: Recorder) -> None:
    with transaction.atomic():
        world = World()
        Book.objects.bulk_create([Book(title="x", author=world.ann)] * 1_200)
    recorder.watch(Book, "author")
    recorder.watch(Shelf.books.through, "book")

    with watched() as statements:
        world.ann.delete()

    reads = [sql for sql in statements.on(Book) if sql.startswith("SELECT")]
    # Django's own collecting, in one, and ours, in one more for each table.
    assert len(reads) <= 6
    [change] = [each for each in recorder.changes if each.model is Book]
    assert change.keys is not None
    assert len(change.keys) == 1_201


def test_autocommit_write_opens_a_transaction_only_where_wanted(
    recorder: Recorder,
) -> None:
    world = World()
    recorder.watch(Book, atomic=False)

    with watched() as alone:
        Book.objects.filter(pk=world.book.pk).update(pages=1)
    recorder.watch(Book)
    with watched() as together:
        Book.objects.filter(pk=world.book.pk).update(pages=2)

    # SQLite's BEGIN is a statement that Django runs, the others' is the driver's.
    assert len(alone) == 1
    assert len([sql for sql in together.sql if not sql.startswith("BEGIN")]) == 1
