"""Work that hangs on a connection's transaction."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.core.handlers.base import BaseHandler
from django.db import (
    DatabaseError,
    IntegrityError,
    connection,
    connections,
    transaction,
)
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from django_reckon.ground import pending
from tests.changes.diary import Diary, failing_block, open_diary
from tests.changesapp.models import Person, Profile
from tests.support.database import committing
from tests.support.workers import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator


def _is_untouched(alias: str = "default") -> bool:
    """Tell whether the connection's methods are its class's own again."""
    own = vars(connections[alias])
    return not {"commit", "rollback", "close", "savepoint", "_reckon_pending"} & {*own}


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    yield
    assert _is_untouched()
    assert _is_untouched("other")


@pytest.fixture
def manual() -> Iterator[None]:
    """Switch autocommit off for the test."""
    transaction.set_autocommit(False)
    yield
    transaction.rollback()
    transaction.set_autocommit(True)


def _savepoint() -> str:
    sid = connection.savepoint()
    assert sid is not None
    return sid


def _fails() -> None:
    raise LookupError("no way")


@committing
def test_block_that_ends_well_prepares_and_commits() -> None:
    with transaction.atomic():
        diary = open_diary()
        assert pending.find("default", "diary") is diary

    assert diary.events == ["before", "committed"]
    assert pending.find("default", "diary") is None


@committing
def test_block_that_fails_is_discarded() -> None:
    with failing_block():
        diary = open_diary()
        _fails()

    assert diary.events == ["discarded"]


@committing
def test_block_set_to_roll_back_is_discarded() -> None:
    with transaction.atomic():
        diary = open_diary()
        transaction.set_rollback(True)

    assert diary.events == ["discarded"]


@committing
@pytest.mark.parametrize("durable", [False, True])
def test_work_is_done_at_the_end_of_the_outermost_block(*, durable: bool) -> None:
    with transaction.atomic(durable=durable):
        with transaction.atomic():
            diary = open_diary()
        with transaction.atomic(savepoint=False):
            assert open_diary() is diary
        assert diary.events == []

    assert diary.events == ["before", "committed"]


@committing
def test_savepoints_keep_what_they_keep() -> None:
    with transaction.atomic():
        diary = open_diary()
        diary.top.append("outside")
        with transaction.atomic():
            diary.top.append("kept")
            with failing_block():
                diary.top.append("undone")
                _fails()
            diary.top.append("kept too")
        sid = _savepoint()
        diary.top.append("undone by hand")
        transaction.savepoint_rollback(sid)
        diary.top.append("after the rollback")
        transaction.savepoint_commit(sid)

        assert diary.notes == ["outside", "kept", "kept too", "after the rollback"]
        assert len(diary.values) == 1


@committing
def test_savepoint_older_than_the_work_takes_it_along() -> None:
    with transaction.atomic():
        with failing_block():
            with transaction.atomic():
                diary = open_diary()
                diary.top.append("undone")
            _fails()

        assert diary.events == ["discarded"]
        assert pending.find("default", "diary") is None
        again = open_diary()

    assert again.events == ["before", "committed"]


@committing
def test_outer_savepoint_takes_inner_ones_along() -> None:
    with transaction.atomic():
        diary = open_diary()
        outer = _savepoint()
        diary.top.append("one")
        _savepoint()
        diary.top.append("two")
        transaction.savepoint_rollback(outer)

        assert diary.notes == []
        assert len(diary.values) == 2


@committing
def test_error_before_the_commit_rolls_everything_back() -> None:
    with failing_block():
        Person.objects.create(name="x")
        diary = open_diary()
        diary.prepare = _fails

    assert diary.events == ["before", "discarded"]
    assert not Person.objects.exists()
    assert connection.get_autocommit()


@committing
def test_database_error_before_the_commit_rolls_everything_back() -> None:
    def clash() -> None:
        Person.objects.bulk_create([Person(pk=1, name="x"), Person(pk=1, name="y")])

    with failing_block(IntegrityError):
        Person.objects.create(pk=5, name="x")
        diary = open_diary()
        diary.prepare = clash

    assert diary.events == ["before", "discarded"]
    assert not Person.objects.exists()


@committing
def test_swallowed_error_before_the_commit_is_not_committed() -> None:
    def swallow() -> None:
        try:
            with transaction.atomic(savepoint=False):
                _fails()
        except LookupError:
            pass

    with failing_block(transaction.TransactionManagementError):
        Person.objects.create(name="x")
        open_diary().prepare = swallow

    assert not Person.objects.exists()


@committing
def test_preparing_is_like_being_in_the_block() -> None:
    heard = []

    def prepare() -> None:
        with transaction.atomic():
            Person.objects.create(name="x")
            transaction.on_commit(lambda: heard.append("callback"))
        with failing_block():
            Person.objects.create(name="y")
            _fails()
        list(Person.objects.select_for_update())

    with transaction.atomic():
        open_diary().prepare = prepare

    assert heard == ["callback"]
    assert [person.name for person in Person.objects.all()] == ["x"]


@committing
def test_party_that_joins_while_another_prepares_is_prepared() -> None:
    joined = []

    with transaction.atomic():
        first = open_diary()
        first.prepare = lambda: joined.append(open_diary(name="second"))

    assert joined[0].events == ["before", "committed"]


@committing
def test_what_follows_the_commit_may_write_and_comes_before_callbacks() -> None:
    order = []

    def follow() -> None:
        order.append("party")
        with transaction.atomic():
            Person.objects.create(name="x")

    with transaction.atomic():
        transaction.on_commit(lambda: order.append("callback"))
        open_diary().follow = follow

    assert order == ["party", "callback"]
    assert Person.objects.count() == 1
    assert connection.get_autocommit()


@committing
def test_party_that_fails_after_the_commit_does_not_keep_others_from_hearing() -> None:
    with failing_block():
        open_diary().follow = _fails
        second = open_diary(name="second")

    assert second.events == ["before", "committed"]


@committing
@pytest.mark.needs("can_defer_constraint_checks")
def test_refused_commit_is_discarded() -> None:
    with failing_block(IntegrityError):
        Profile.objects.create(person_id=123_456)
        diary = open_diary()

    assert diary.events == ["before", "discarded"]


@committing
def test_closed_connection_is_discarded() -> None:
    with transaction.atomic():
        diary = open_diary()
        connection.close()

    assert diary.events == ["discarded"]


@committing
def test_commit_by_hand(manual: None) -> None:
    first = open_diary()
    Person.objects.create(name="x")
    transaction.commit()
    second = open_diary()
    with transaction.atomic():
        assert open_diary() is second
    transaction.rollback()

    assert first.events == ["before", "committed"]
    assert second.events == ["discarded"]
    assert Person.objects.exists()


@committing
def test_error_before_a_commit_by_hand(manual: None) -> None:
    diary = open_diary()
    diary.prepare = _fails
    Person.objects.create(name="x")
    with pytest.raises(LookupError):
        transaction.commit()

    assert diary.events == ["before", "discarded"]
    assert not Person.objects.exists()


@committing
def test_autocommit_switched_on_is_a_commit() -> None:
    transaction.set_autocommit(False)
    Person.objects.create(name="x")
    diary = open_diary()
    try:
        transaction.set_autocommit(True)
    except DatabaseError:
        # psycopg refuses: it wants a COMMIT first.
        transaction.commit()
        transaction.set_autocommit(True)

    assert diary.events[-2:] == ["before", "committed"]
    assert Person.objects.exists()


@committing
def test_databases_are_apart() -> None:
    with failing_block():
        first = open_diary()
        with transaction.atomic(using="other"):
            second = open_diary("other")
        assert second.events == ["before", "committed"]
        _fails()

    assert first.events == ["discarded"]


@committing
def test_threads_are_apart() -> None:
    inside, done = threading.Event(), threading.Event()
    found: list[Any] = []

    def work() -> None:
        try:
            inside.wait(PATIENCE)
            found.append(pending.find("default", "diary"))
            with transaction.atomic():
                found.append(open_diary())
        finally:
            connections.close_all()
            done.set()

    thread = threading.Thread(target=work)
    thread.start()
    with transaction.atomic():
        diary = open_diary()
        inside.set()
        assert done.wait(PATIENCE)
        assert diary.events == []
    thread.join(PATIENCE)

    assert found[0] is None
    assert found[1] is not diary
    assert found[1].events == diary.events == ["before", "committed"]


@committing
def test_async_code_reaches_its_transaction() -> None:
    @sync_to_async
    def work() -> Diary:
        with transaction.atomic():
            return open_diary()

    async def run() -> Diary:
        return await work()

    assert async_to_sync(run)().events == ["before", "committed"]


@committing
@pytest.mark.parametrize("fails", [False, True])
def test_request_in_a_transaction(*, fails: bool) -> None:
    diaries = []

    def view(request: HttpRequest) -> HttpResponse:
        diaries.append(open_diary())
        if fails:
            _fails()
        return HttpResponse()

    connection.settings_dict["ATOMIC_REQUESTS"] = True
    try:
        respond = BaseHandler().make_view_atomic(view)
    finally:
        connection.settings_dict["ATOMIC_REQUESTS"] = False
    try:
        respond(RequestFactory().get("/"))
    except LookupError:
        assert fails

    assert diaries[0].events == (["discarded"] if fails else ["before", "committed"])


@committing
def test_lost_connection_commits_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rollback that fails leaves the connection closed, not committed."""

    def lost() -> None:
        raise DatabaseError("gone")

    with failing_block():
        Person.objects.create(name="x")
        diary = open_diary()
        diary.prepare = _fails
        monkeypatch.setattr(connection, "_rollback", lost)

    assert diary.events[:2] == ["before", "discarded"]
    assert not Person.objects.exists()
