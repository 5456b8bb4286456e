"""Counts and the writes around them: A6 and A14 of the specification."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections, transaction
from django.db.models import Exists, OuterRef

from django_reckon.changes.watch import watch_list
from django_reckon.counts import written
from tests.changes.world import World
from tests.changesapp.models import Crate
from tests.support.database import committing
from tests.support.statements import watched
from tests.support.twins import plain_count
from tests.support.workers import PATIENCE
from tests.testapp.models import Author, Book, LongBook, Member, Order, Reader, Shelf

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.twins import Twin

pytestmark = committing


@pytest.fixture
def world() -> World:
    with transaction.atomic():
        world = World()
        Book.objects.bulk_create([Book(title="C", author=world.ann)] * 3)
        Crate.objects.bulk_create([Crate(place=world.here)] * 3)
    return world


def _elsewhere(work: Callable[[], object]) -> None:
    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def _is_kept(twin: Twin, counted: Any) -> bool:
    """Tell whether the count comes without a query, and is right."""
    with watched() as statements:
        value = twin.count(counted)
    assert value == plain_count(counted.all())
    return not statements.counts()


# What is counted, and a write that changes the number.
OWN: Final[dict[str, tuple[Callable[[World], Any], Callable[[World], object]]]] = {
    "all": (
        lambda w: Book.objects.all(),
        lambda w: Book.objects.create(title="x", author=w.ann),
    ),
    "all after a bulk write": (
        lambda w: Book.objects.all(),
        lambda w: Book.objects.bulk_create([Book(title="x", author=w.ann)] * 2),
    ),
    "all after a delete": (lambda w: Book.objects.all(), lambda w: w.book.delete()),
    "all after a cascade": (lambda w: Book.objects.all(), lambda w: w.ann.delete()),
    "a filter": (
        lambda w: Book.objects.filter(flag=True),
        lambda w: Book.objects.update(flag=True),
    ),
    "a proxy": (
        lambda w: LongBook.objects.all(),
        lambda w: Book.objects.create(title="x", author=w.ann),
    ),
    "a join to what nobody counts": (
        lambda w: Book.objects.filter(author__name="Zed"),
        lambda w: Author.objects.update(name="Zed"),
    ),
    "a join that nobody watches": (
        lambda w: Book.objects.filter(shelves__label="top"),
        lambda w: w.shelf.books.add(w.second),
    ),
    "a subquery": (
        lambda w: Book.objects.filter(pk__in=Order.objects.values("book")),
        lambda w: Order.objects.all().delete(),
    ),
    "EXISTS": (
        lambda w: Book.objects.filter(
            Exists(Author.objects.filter(pk=OuterRef("author_id"), name="Zed"))
        ),
        lambda w: Author.objects.update(name="Zed"),
    ),
    "a child by its parent": (
        lambda w: Member.members.filter(name="Zed"),
        lambda w: Reader.objects.update(name="Zed"),
    ),
    "a related manager": (
        lambda w: w.ann.books.all(),
        lambda w: w.ann.books.create(title="x"),
    ),
}

each_own = pytest.mark.parametrize(("counted", "write"), OWN.values(), ids=OWN)


@each_own
def test_transaction_counts_its_own_writes(
    counted: Callable[[World], Any],
    write: Callable[[World], object],
    world: World,
    twin: Twin,
) -> None:
    twin.count(counted(world))

    with transaction.atomic():
        write(world)

        assert twin.count(counted(world)) == plain_count(counted(world))


@each_own
def test_count_of_a_rolled_back_transaction_is_not_kept(
    counted: Callable[[World], Any],
    write: Callable[[World], object],
    world: World,
    twin: Twin,
) -> None:
    with transaction.atomic():
        write(world)
        twin.count(counted(world))
        transaction.set_rollback(True)

    assert twin.count(counted(world)) == plain_count(counted(world))


@pytest.mark.needs("concurrent_writers")
def test_count_of_a_transaction_is_not_kept_before_its_commit(
    world: World, twin: Twin
) -> None:
    with transaction.atomic():
        Book.objects.create(title="x", author=world.ann)
        twin.count(Book.objects.all())
        seen: list[int] = []
        _elsewhere(lambda: seen.append(Book.objects.count()))

    assert seen == [5]


def test_count_survives_a_rolled_back_write(world: World, twin: Twin) -> None:
    twin.count(Book.objects.all())

    with transaction.atomic():
        Book.objects.create(title="x", author=world.ann)
        transaction.set_rollback(True)

    assert _is_kept(twin, Book.objects.all())


def test_count_knows_savepoints(world: World, twin: Twin) -> None:
    assert twin.count(Book.objects.all()) == 5

    with transaction.atomic():
        sid = connection.savepoint()
        assert sid is not None
        Book.objects.create(title="x", author=world.ann)
        assert twin.count(Book.objects.all()) == 6
        transaction.savepoint_rollback(sid)
        assert twin.count(Book.objects.all()) == 5
        with transaction.atomic():
            Book.objects.create(title="y", author=world.ann)
        assert twin.count(Book.objects.all()) == 6
        with watched() as statements:
            twin.count(Book.objects.all())
        assert statements.counts()


def test_reading_transaction_uses_what_is_kept(world: World, twin: Twin) -> None:
    twin.count(Book.objects.all())

    with transaction.atomic():
        assert _is_kept(twin, Book.objects.all())


def test_write_in_autocommit_leaves_counts_of_other_managers(
    world: World, twin: Twin
) -> None:
    """They did not ask for it: only time makes their counts old."""
    twin.count(Book.objects.all())

    Book.objects.create(title="x", author=world.ann)

    assert twin.count(Book.objects.all()) == 5


def test_count_by_hand_made_transactions(world: World, twin: Twin) -> None:
    twin.count(Book.objects.all())
    transaction.set_autocommit(False)
    try:
        Book.objects.create(title="x", author=world.ann)
        inside = twin.count(Book.objects.all())
        transaction.rollback()
        after = twin.count(Book.objects.all())
    finally:
        transaction.rollback()
        transaction.set_autocommit(True)

    assert (inside, after) == (6, 5)


FORGETTING: Final[dict[str, Callable[[World], object]]] = {
    "save": lambda w: Crate(place=w.here).save(),
    "create": lambda w: Crate.objects.create(),
    "get_or_create": lambda w: Crate.objects.get_or_create(label="x"),
    "bulk_create": lambda w: Crate.objects.bulk_create([Crate(), Crate()]),
    "update": lambda w: Crate.objects.update(label="x"),
    "delete": lambda w: Crate.objects.order_by("pk")[0].delete(),
    "queryset delete": lambda w: Crate.objects.all().delete(),
    "cascade": lambda w: w.here.delete(),
    "reverse create": lambda w: w.here.crates.create(),
    "reverse clear": lambda w: w.here.crates.clear(),
}

each_forgetting = pytest.mark.parametrize("write", FORGETTING.values(), ids=FORGETTING)


@each_forgetting
@pytest.mark.parametrize("atomic", [False, True], ids=["autocommit", "atomic"])
def test_committed_write_drops_counts(
    write: Callable[[World], object], world: World, twin: Twin, *, atomic: bool
) -> None:
    counted = [Crate.objects.all(), Crate.objects.filter(place=world.here.pk)]
    for each in counted:
        twin.count(each)
        assert _is_kept(twin, each)

    if atomic:
        with transaction.atomic():
            write(world)
    else:
        write(world)

    for each in counted:
        assert twin.count(each) == plain_count(each)


@each_forgetting
def test_rolled_back_write_drops_nothing(
    write: Callable[[World], object], world: World, twin: Twin
) -> None:
    twin.count(Crate.objects.all())

    with transaction.atomic():
        write(world)
        transaction.set_rollback(True)

    assert _is_kept(twin, Crate.objects.all())


def test_write_undone_by_its_savepoint_drops_nothing(world: World, twin: Twin) -> None:
    twin.count(Crate.objects.all())

    with transaction.atomic(), transaction.atomic():
        Crate.objects.create()
        transaction.set_rollback(True)

    assert _is_kept(twin, Crate.objects.all())


def test_callback_after_the_commit_counts_anew(world: World, twin: Twin) -> None:
    twin.count(Crate.objects.all())
    seen: list[int] = []

    with transaction.atomic():
        transaction.on_commit(lambda: seen.append(twin.count(Crate.objects.all())))
        Crate.objects.create()

    assert seen == [4]


def test_write_of_another_database_drops_nothing(world: World, twin: Twin) -> None:
    twin.count(Crate.objects.all())

    Crate.objects.using("other").create()

    assert _is_kept(twin, Crate.objects.all())


def test_count_overtaken_by_a_commit_is_not_found_again(
    world: World, twin: Twin
) -> None:
    done: list[str] = []

    def overtake(execute: Any, sql: str, *args: Any) -> Any:
        result = execute(sql, *args)
        if "COUNT(" in sql and not done:
            done.append(sql)
            _elsewhere(lambda: Crate.objects.create())
        return result

    with connection.execute_wrapper(overtake):
        assert twin.count(Crate.objects.all()) == 3

    assert twin.count(Crate.objects.all()) == 4


def test_count_of_the_past_is_not_kept(world: World, twin: Twin) -> None:
    """A transaction may go on seeing what was there when it began."""
    with transaction.atomic():
        list(Author.objects.all())
        _elsewhere(lambda: Crate.objects.create())
        twin.count(Crate.objects.all())

    assert twin.count(Crate.objects.all()) == 4


def test_first_count_over_a_table_nobody_watched(world: World, twin: Twin) -> None:
    """Nobody noted the write, so that only a count in the transaction is right."""
    links = Shelf.books.through
    counted = Book.objects.filter(shelves__label="top")
    twin.count(counted)
    watch_list.remove(links, written.WATCH)

    with transaction.atomic():
        world.shelf.books.add(world.second)

        assert twin.count(counted.all()) == 2


async def test_async_code_sees_the_writes_of_its_own_transaction() -> None:
    @sync_to_async
    def begin() -> None:
        Author.objects.create(pk=1, name="Ann")
        Book.objects.bulk_create([Book(title="x", author_id=1)] * 3)
        transaction.set_autocommit(False)

    @sync_to_async
    def end() -> None:
        transaction.rollback()
        transaction.set_autocommit(True)

    await begin()
    before = await Book.objects.acount()
    try:
        await Book.objects.acreate(title="y", author_id=1)
        inside = await Book.objects.acount()
    finally:
        await end()
    after = await Book.objects.acount()

    assert (before, inside, after) == (3, 4, 3)
