"""The lock that lets one run precache at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from django_reckon.counts import precache
from django_reckon.models import PrecacheRun
from tests.support.database import committing
from tests.support.tables import without_table
from tests.testapp.models import Visit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django_reckon.counts.lease import Lease
    from tests.support.clock import FakeClock

pytestmark = committing

PERIOD = 60.0
TIMEOUT = 300.0


@pytest.fixture(params=["table and cache", "cache alone"])
def lease(
    request: pytest.FixtureRequest, settings: Any, fake_clock: FakeClock
) -> Iterator[Lease]:
    """Yield the lease of Visit.objects, with its table and without."""
    settings.FAST_COUNT_CACHE = {"BACKEND": "django", "OPTIONS": {"alias": "locmem"}}
    made = precache.lease("testapp.Visit", "default", Visit.objects.policy)
    if request.param == "cache alone":
        with without_table(PrecacheRun):
            yield made
    else:
        yield made


def _take(lease: Lease, every: float = 0.0) -> int | None:
    return lease.take(every=every, seconds=TIMEOUT)


def test_lock_is_granted_to_one(lease: Lease) -> None:
    first, second = _take(lease), _take(lease)

    assert first is not None
    assert second is None


def test_lock_given_back_is_free(lease: Lease) -> None:
    token = _take(lease)
    assert token is not None

    lease.give_back(token)

    assert _take(lease) is not None


def test_token_of_another_does_not_release(lease: Lease) -> None:
    token = _take(lease)
    assert token is not None

    lease.give_back(token + 1)

    assert _take(lease) is None


def test_giving_back_twice_does_not_release_the_next_owner(lease: Lease) -> None:
    token = _take(lease)
    assert token is not None
    lease.give_back(token)
    _take(lease)

    lease.give_back(token)

    assert _take(lease) is None


def test_lock_of_a_dead_owner_falls_free_in_time(
    lease: Lease, fake_clock: FakeClock
) -> None:
    _take(lease)

    fake_clock.advance(TIMEOUT - 2)
    early = _take(lease)
    fake_clock.advance(4)
    late = _take(lease)

    assert early is None
    assert late is not None


def test_forced_lock_is_taken_from_its_owner(lease: Lease) -> None:
    first = _take(lease)
    assert first is not None

    second = lease.take(every=0.0, seconds=TIMEOUT, force=True)
    lease.give_back(first)

    assert second is not None
    assert _take(lease) is None


def test_next_run_is_due_a_period_after_the_start_of_the_last(
    lease: Lease, fake_clock: FakeClock
) -> None:
    token = _take(lease, PERIOD)
    assert token is not None
    fake_clock.advance(10.0)

    lease.give_back(token)

    due_at = lease.due_at(PERIOD)
    assert due_at == pytest.approx(fake_clock.now() + PERIOD - 10.0, abs=0.01)


def test_leases_of_two_databases_are_two(lease: Lease) -> None:
    other = precache.lease("testapp.Visit", "other", Visit.objects.policy)

    assert _take(lease) is not None
    assert _take(other) is not None


def test_leases_of_two_managers_are_two(lease: Lease) -> None:
    others = precache.lease("testapp.Visit", "default", Visit.others.policy)

    assert _take(lease) is not None
    assert _take(others) is not None


@pytest.mark.parametrize("error", [InterfaceError, DatabaseError, RuntimeError])
def test_claim_that_breaks_off_leaves_no_lock_behind(
    error: type[Exception], fake_clock: FakeClock
) -> None:
    lease = precache.lease("testapp.Visit", "default", Visit.objects.policy)

    def breaks(execute: Any, sql: str, *args: Any) -> Any:
        if PrecacheRun._meta.db_table in sql:
            raise error
        return execute(sql, *args)

    with connection.execute_wrapper(breaks):
        try:
            token = _take(lease)
        except Exception:  # noqa: BLE001 - what matters is what stays behind
            token = None
        if token is not None:
            lease.give_back(token)

    assert _take(lease) is not None


def test_claim_that_fails_in_passing_is_not_granted_beside_another(
    fake_clock: FakeClock,
) -> None:
    """
    A deadlock, a serialisation failure or a busy SQLite is no missing table.

    The owner holds its lock in the table alone, so the cache knows of nobody.
    """
    lease = precache.lease("testapp.Visit", "default", Visit.objects.policy)
    owner = _take(lease)

    def busy(execute: Any, sql: str, *args: Any) -> Any:
        if PrecacheRun._meta.db_table in sql and not sql.startswith("SELECT"):
            raise OperationalError("busy")
        return execute(sql, *args)

    with connection.execute_wrapper(busy):
        second = _take(lease)

    assert owner is not None
    assert second is None
