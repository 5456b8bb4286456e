"""Counting inside transactions: nothing uncommitted is kept, nothing is harmed."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction

from django_reckon.models import FastCount
from tests.support.database import committing
from tests.support.statements import watched
from tests.support.world import add_books, add_essays, add_visits
from tests.testapp.models import Author, Book, Essay, Visit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.twins import Twin

pytestmark = committing


@contextmanager
def rolled_back() -> Iterator[None]:
    """Open a block that ends by a rollback."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_count_before_a_rollback_is_not_kept(twin: Twin) -> None:
    add_essays(1)
    with rolled_back():
        add_essays(2)
        inside = twin.count(Essay.objects.all())

    after = twin.info(Essay.objects.all())

    assert inside == 3
    assert (after.value, after.source) == (1, "exact")
    assert FastCount.objects.get().count == 1


def test_count_of_own_rows_is_right_and_kept_by_nobody(twin: Twin) -> None:
    """After the COMMIT the next caller counts; until then nobody else could."""
    with transaction.atomic():
        add_essays(2)
        inside = twin.info(Essay.objects.all())

    after = twin.info(Essay.objects.all())

    assert (inside.value, inside.source) == (2, "exact")
    assert (after.value, after.source) == (2, "exact")


def test_count_before_a_commit_is_kept(twin: Twin) -> None:
    add_essays(2)

    with transaction.atomic():
        twin.count(Essay.objects.all())
        kept_inside = FastCount.objects.exists()

    after = twin.info(Essay.objects.all())

    assert not kept_inside
    assert (after.value, after.source) == (2, "cache")
    assert FastCount.objects.get().count == 2


def test_precache_before_a_rollback_keeps_nothing(twin: Twin) -> None:
    with rolled_back():
        add_essays(2)
        twin.precache(Essay.objects)

    after = twin.info(Essay.objects.all())

    assert (after.value, after.source) == (0, "exact")
    assert not FastCount.objects.exists()


def test_count_before_a_rolled_back_savepoint_is_not_kept(twin: Twin) -> None:
    with transaction.atomic():
        add_essays(1)
        with rolled_back():
            add_essays(2)
            twin.count(Essay.objects.all())

    after = twin.info(Essay.objects.all())

    assert (after.value, after.source) == (1, "exact")


def test_count_in_a_kept_savepoint_of_a_rolled_back_block_is_not_kept(
    twin: Twin,
) -> None:
    with rolled_back(), transaction.atomic():
        add_essays(2)
        twin.count(Essay.objects.all())

    assert twin.count(Essay.objects.all()) == 0


def test_count_before_a_savepoint_rolled_back_by_hand_is_not_kept(twin: Twin) -> None:
    """Django drops on_commit() callbacks of atomic() blocks only, not of these."""
    # Django 6.1 gives it a new name.
    begin = getattr(transaction, "savepoint_create", None) or transaction.savepoint

    with transaction.atomic():
        savepoint = begin()
        add_essays(2)
        twin.count(Essay.objects.all())
        transaction.savepoint_rollback(savepoint)

    assert twin.count(Essay.objects.all()) == 0


def test_count_before_an_inner_savepoint_rolled_back_by_hand_is_kept(
    twin: Twin,
) -> None:
    """What is undone came after it."""
    begin = getattr(transaction, "savepoint_create", None) or transaction.savepoint
    add_essays(2)

    with transaction.atomic():
        twin.count(Essay.objects.all())
        savepoint = begin()
        add_books(1)
        transaction.savepoint_rollback(savepoint)

    info = twin.info(Essay.objects.all())
    assert (info.value, info.source) == (2, "cache")


def test_count_inside_durable_atomic_is_right_and_kept(twin: Twin) -> None:
    add_essays(2)

    with transaction.atomic(durable=True):
        inside = twin.count(Essay.objects.all())

    assert inside == 2
    assert twin.info(Essay.objects.all()).source == "cache"


def test_count_inside_nested_blocks_is_kept_at_the_outermost_commit(
    twin: Twin,
) -> None:
    add_essays(2)

    with transaction.atomic():
        with transaction.atomic(), transaction.atomic(savepoint=False):
            twin.count(Essay.objects.all())
        kept_inside = FastCount.objects.exists()

    assert not kept_inside
    assert twin.info(Essay.objects.all()).source == "cache"


def test_kept_count_of_a_transaction_is_served_inside_it(twin: Twin) -> None:
    add_essays(2)
    twin.count(Essay.objects.all())

    with transaction.atomic():
        info = twin.info(Essay.objects.all())

    assert (info.value, info.source) == (2, "cache")


def test_count_in_an_on_commit_callback_is_right_and_kept(twin: Twin) -> None:
    counted: list[int] = []

    with transaction.atomic():
        add_essays(2)
        transaction.on_commit(lambda: counted.append(twin.count(Essay.objects.all())))

    assert counted == [2]
    assert twin.info(Essay.objects.all()).source == "cache"


def test_small_count_adds_no_callback_to_the_transaction(twin: Twin) -> None:
    add_essays(1)

    with transaction.atomic():
        twin.count(Essay.threshold.all())
        callbacks = len(connection.run_on_commit)

    assert callbacks == 0


def test_count_adds_one_callback_to_the_transaction_however_often_it_is_asked(
    twin: Twin,
) -> None:
    """A loop over ten thousand rows must not end in ten thousand writes."""
    add_essays(2)

    with transaction.atomic():
        for _ in range(5):
            twin.count(Essay.objects.all())
        callbacks = len(connection.run_on_commit)

    assert callbacks == 1


def test_due_precaching_adds_one_callback_however_many_counts_notice(
    twin: Twin, settings: Any
) -> None:
    settings.FAST_COUNT_DISPATCHER = "tests.support.stores.RecordingDispatcher"
    add_visits(1)

    with transaction.atomic():
        for _ in range(5):
            twin.count(Visit.objects.all())
        callbacks = len(connection.run_on_commit)

    assert callbacks == 1


@pytest.fixture
def _autocommit_off() -> Iterator[None]:
    transaction.set_autocommit(False)
    yield
    transaction.rollback()
    transaction.set_autocommit(True)


@pytest.mark.usefixtures("_autocommit_off")
def test_count_with_autocommit_off_sees_the_callers_rows(twin: Twin) -> None:
    add_essays(2)

    assert twin.count(Essay.objects.all()) == 2


@pytest.mark.usefixtures("_autocommit_off")
def test_count_with_autocommit_off_commits_nothing(twin: Twin) -> None:
    add_essays(2)
    twin.count(Essay.objects.all())
    twin.precache(Essay.objects)

    transaction.rollback()

    assert Essay.objects.all().order_by("pk").first() is None
    assert twin.count(Essay.objects.all()) == 0


@pytest.mark.usefixtures("_autocommit_off")
def test_count_with_autocommit_off_keeps_nothing(twin: Twin) -> None:
    """Nobody can tell when the COMMIT comes."""
    add_essays(2)
    twin.count(Essay.objects.all())
    transaction.commit()

    add_essays(1)
    transaction.commit()

    assert twin.count(Essay.objects.all()) == 3


@pytest.mark.usefixtures("_autocommit_off")
def test_count_with_autocommit_off_leaves_the_transaction_usable(twin: Twin) -> None:
    add_essays(1)
    twin.count(Essay.objects.all())
    add_essays(1)

    transaction.commit()

    assert Essay.objects.order_by("pk").values_list("pk").__len__() == 2


def test_count_in_a_transaction_marked_for_rollback_raises_what_django_raises(
    twin: Twin,
) -> None:
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(DatabaseError) as plain:
            Author.objects.count()
        with pytest.raises(DatabaseError) as ours:
            twin.count(Essay.objects.all())

    assert type(ours.value) is type(plain.value)


def test_count_after_a_failed_statement_raises_what_django_raises(twin: Twin) -> None:
    """On PostgreSQL nothing more can be asked; elsewhere the count goes on."""

    def outcome(count: Any) -> object:
        try:
            return count()
        except DatabaseError as error:
            return type(error)

    with transaction.atomic():
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT no_such_column FROM testapp_author")
        ours = outcome(lambda: twin.count(Essay.objects.all()))
        plain = outcome(Author.objects.count)
        transaction.set_rollback(True)

    assert ours == plain


def test_broken_transaction_of_one_caller_does_not_switch_the_table_off(
    twin: Twin,
) -> None:
    add_books(2)
    twin.count(Book.objects.all())
    cache.clear()
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(DatabaseError):
            twin.count(Essay.objects.all())

    info = twin.info(Book.objects.all())

    assert info.source == "stored"


def test_counts_in_the_middle_of_an_iteration_are_right_and_end_it_not(
    twin: Twin,
) -> None:
    """The cursor of the outer query stays open while counts are made and kept."""
    essays = add_essays(5)

    counted = [
        twin.count(Essay.objects.filter(pk__lte=essay.pk))
        for essay in Essay.objects.order_by("pk").iterator(chunk_size=1)
    ]

    assert counted == [1, 2, 3, 4, 5]
    assert FastCount.objects.count() == len(essays)


def test_count_in_a_transaction_runs_without_a_lock_or_a_wait(twin: Twin) -> None:
    """Statements of the caller, and nothing beside them that could block."""
    add_essays(1)

    with transaction.atomic(), watched() as statements:
        twin.count(Essay.objects.all())

    writes = [sql for sql in statements.sql if sql.startswith(("INSERT", "UPDATE"))]
    assert writes == []
