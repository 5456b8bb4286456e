"""Threads of one process that want the same count at the same time."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.db import DatabaseError, transaction

from django_reckon.counts import lock
from django_reckon.counts.caches.django import DjangoCache
from django_reckon.counts.chain import chain_for
from django_reckon.counts.singleflight import SingleFlight, Trip, flights
from django_reckon.protocols import CountEntry, CountInfo, CountKey
from django_reckon.testing import DictCache
from tests.support.database import committing
from tests.support.holding import Holding
from tests.support.keys import flight_lock
from tests.support.statements import Statements, is_count, on_every_connection
from tests.support.threads import start, together
from tests.support.workers import PATIENCE
from tests.support.world import add_essays
from tests.testapp.models import Essay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

    from django_reckon.protocols import CountCache
    from tests.support.clock import FakeClock

pytestmark = [committing, pytest.mark.slow]

CALLERS: Final = 50


@pytest.fixture
def held() -> Iterator[Holding]:
    """Hold the first COUNT of all threads; let it go at the end, whatever happens."""
    holding = Holding()
    with on_every_connection(holding):
        yield holding
        holding.let_go.set()


def results(futures: list[Future[int]]) -> list[int]:
    return [future.result(PATIENCE) for future in futures]


def assert_nothing_is_left() -> None:
    """No flight is open and no lock is held."""
    assert flights._flights == {}
    store = chain_for(Essay.objects.policy).shared
    assert store.get(flight_lock(Essay.objects.all())) is None


def test_fifty_cold_threads_run_one_count(
    held: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The COUNT is held until each has looked into the cache in vain."""
    add_essays(2)
    missed = threading.Semaphore(0)
    plain = DjangoCache.get

    def get(self: DjangoCache, key: CountKey) -> Any:
        found = plain(self, key)
        if found is None:
            missed.release()
        return found

    monkeypatch.setattr(DjangoCache, "get", get)

    futures = together(CALLERS, Essay.objects.count)
    for _ in range(CALLERS):
        assert missed.acquire(timeout=PATIENCE)
    held.let_go.set()

    assert results(futures) == [2] * CALLERS
    assert held.counts == 1
    assert_nothing_is_left()


def test_threads_that_miss_small_counts_all_get_the_number() -> None:
    """Not worth keeping, so not worth waiting for: each counts in the end."""
    add_essays(2)

    futures = together(8, Essay.threshold.count)

    assert results(futures) == [2] * 8
    assert_nothing_is_left()


def test_others_get_the_number_although_the_first_fails() -> None:
    add_essays(2)
    failed = threading.Event()
    lock_ = threading.Lock()

    def fail_once(execute: Any, sql: str, *args: Any) -> Any:
        if is_count(sql):
            with lock_:
                is_first = not failed.is_set()
                failed.set()
            if is_first:
                raise DatabaseError("the server is tired")
        return execute(sql, *args)

    with on_every_connection(fail_once):
        futures = together(8, Essay.objects.count)
        errors = [future.exception(PATIENCE) for future in futures]

    assert len([error for error in errors if error is not None]) == 1
    assert {f.result() for f in futures if f.exception() is None} == {2}
    assert_nothing_is_left()


def test_caller_in_a_transaction_waits_for_nobody(held: Holding) -> None:
    """It sees rows that the other does not, and may hold what the other waits for."""
    add_essays(2)
    other = start(Essay.objects.count)
    assert held.started.wait(PATIENCE)

    with transaction.atomic():
        add_essays(1)
        mine = Essay.objects.count()
        still_counting = not other.done()
        transaction.set_rollback(True)

    held.let_go.set()
    assert (mine, still_counting) == (3, True)
    assert other.result(PATIENCE) == 2


@pytest.mark.needs("concurrent_writers")
def test_nobody_waits_for_a_count_that_is_made_in_a_transaction(
    held: Holding,
) -> None:
    """Its number holds rows that nobody else may see."""
    add_essays(2)

    def count_own_rows() -> int:
        with transaction.atomic():
            add_essays(1)
            counted = Essay.objects.count()
            transaction.set_rollback(True)
        return counted

    other = start(count_own_rows)
    assert held.started.wait(PATIENCE)

    mine = Essay.objects.count()

    assert (mine, other.done()) == (2, False)
    held.let_go.set()
    assert other.result(PATIENCE) == 3
    assert Essay.objects.count() == 2


def test_caller_goes_on_alone_when_the_limit_is_over(
    held: Holding, settings: Settings
) -> None:
    settings.FAST_COUNT_FLIGHT_LIMIT = dt.timedelta(milliseconds=100)
    add_essays(2)
    other = start(Essay.objects.count)
    assert held.started.wait(PATIENCE)

    mine = Essay.objects.count()

    assert (mine, other.done()) == (2, False)
    held.let_go.set()
    assert other.result(PATIENCE) == 2
    assert_nothing_is_left()


def test_callers_get_the_stale_count_while_one_counts(
    held: Holding, fake_clock: FakeClock
) -> None:
    add_essays(2)
    held.let_go.set()
    Essay.patient.count()
    held.let_go.clear()
    held.counts = 0
    held.started.clear()
    add_essays(1)
    fake_clock.advance(700.0)
    leader = start(Essay.patient.count)
    assert held.started.wait(PATIENCE)

    followers = together(4, Essay.patient.count_info)
    infos = [future.result(PATIENCE) for future in followers]

    assert {(info.value, info.stale) for info in infos} == {(2, True)}
    held.let_go.set()
    assert leader.result(PATIENCE) == 3
    assert held.counts == 1


def test_count_asked_for_in_the_middle_of_itself_does_not_wait_for_itself() -> None:
    """An execute wrapper, a logger or a signal may count while a COUNT runs."""
    add_essays(2)
    inner: list[int] = []

    def count_again(execute: Any, sql: str, *args: Any) -> Any:
        if is_count(sql) and not inner:
            inner.append(-1)
            inner[0] = Essay.objects.count()
        return execute(sql, *args)

    with on_every_connection(count_again):
        outer = Essay.objects.count()

    assert (outer, inner) == (2, [2])
    assert_nothing_is_left()


def test_exact_manager_joins_no_count_that_began_before_it_was_asked(
    held: Holding,
) -> None:
    """Who keeps no counts has promised nobody an older one, not even a second old."""
    add_essays(2)
    earlier = start(Essay.exact.count)
    assert held.started.wait(PATIENCE)
    add_essays(1)

    later = start(Essay.exact.count)

    # The other is still held; whoever waits for it does not answer.
    assert later.result(5.0) == 3
    assert not earlier.done()


def test_counts_of_two_keys_do_not_wait_for_each_other(held: Holding) -> None:
    add_essays(2)
    other = start(Essay.objects.count)
    assert held.started.wait(PATIENCE)

    mine = Essay.objects.filter(title="Essay 1").count()

    assert (mine, other.done()) == (1, False)
    held.let_go.set()
    assert other.result(PATIENCE) == 2


def test_many_threads_of_many_keys_agree_with_the_table() -> None:
    essays = add_essays(5)
    statements = Statements()

    def count_all() -> list[int]:
        return [Essay.objects.filter(pk__lte=essay.pk).count() for essay in essays]

    with on_every_connection(statements):
        futures = together(8, count_all)
        counted = [future.result(PATIENCE) for future in futures]

    assert counted == [[1, 2, 3, 4, 5]] * 8
    assert len(statements.counts()) == 5


class Process:
    """What one process has for itself: its flights; the store is everybody's."""

    def __init__(self, store: DictCache, key: CountKey) -> None:
        self.flights = SingleFlight()
        self.store = store
        self.key = key
        self.counts = 0

    def fly(self, count: Any) -> CountInfo:
        trip = Trip(key=self.key, count=count, look=lambda: None, last=None)
        return self.flights.fly(trip, shared=self.store, limit=PATIENCE)


def test_processes_do_not_queue_up_for_counts_that_nobody_keeps() -> None:
    """
    Ten processes after a COUNT of ten seconds must not wait a hundred.

    The first counts alone; the others, whom its number does not help, meet at a
    barrier in the middle of their own COUNTs.
    """
    store, key = DictCache(), CountKey("testapp.Essay", "objects", "0" * 32)
    leading, refused = threading.Event(), threading.Semaphore(0)
    go_on, meeting = threading.Event(), threading.Barrier(3)
    plain = store.add

    def add(key: CountKey, entry: Any) -> bool:
        granted = plain(key, entry)
        if not granted:
            refused.release()
        return granted

    store.add = add  # type: ignore[method-assign]  # a spy
    info = CountInfo(2, "exact", exact=True, age=0.0)

    def lead() -> tuple[CountInfo, bool]:
        leading.set()
        go_on.wait(PATIENCE)
        return info, False

    def follow() -> tuple[CountInfo, bool]:
        meeting.wait(5.0)
        return info, False

    first = start(lambda: Process(store, key).fly(lead))
    assert leading.wait(PATIENCE)
    others = [start(lambda: Process(store, key).fly(follow)) for _ in range(3)]
    for _ in others:
        assert refused.acquire(timeout=PATIENCE)
    go_on.set()

    assert [each.result(PATIENCE).value for each in (first, *others)] == [2] * 4
    assert store.get(lock.lock_key(key, "flight")) is None


def test_lock_of_a_dead_owner_is_taken_over_by_one(
    fake_clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two find it dead in one moment; the second acts when the first has it."""
    store, key = DictCache(), CountKey("testapp.Essay", "objects", "0" * 32)
    now = fake_clock.now()
    store.add(key, CountEntry(1, 0.0, fresh_until=now - 1, keep_until=now + 60))
    meeting, taken = threading.Barrier(2), threading.Event()
    plain = lock.is_held

    def is_held(store: CountCache, key: CountKey) -> bool:
        held = plain(store, key)
        if not held and meeting.wait(PATIENCE) == 1:
            taken.wait(PATIENCE)
        return held

    def take() -> bool:
        granted = lock.acquire(store, key, lock.new_token(), 30.0)
        taken.set()
        return granted

    monkeypatch.setattr(lock, "is_held", is_held)

    owners = [start(take) for _ in range(2)]

    assert [owner.result(PATIENCE) for owner in owners].count(True) == 1
