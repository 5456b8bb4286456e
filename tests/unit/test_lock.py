"""A lock over a store has one owner, lasts so long, and is released by its owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django_reckon.counts import lock
from django_reckon.testing import DictCache
from tests.unit.entries import key_of

if TYPE_CHECKING:
    from tests.support.clock import FakeClock

KEY: Final = key_of("a")


def test_free_lock_can_be_taken() -> None:
    store = DictCache()

    assert lock.acquire(store, KEY, token=1, seconds=10.0)
    assert lock.is_held(store, KEY)


def test_nobody_holds_a_new_lock() -> None:
    assert not lock.is_held(DictCache(), KEY)


def test_taken_lock_cannot_be_taken() -> None:
    store = DictCache()
    lock.acquire(store, KEY, token=1, seconds=10.0)

    assert not lock.acquire(store, KEY, token=2, seconds=10.0)


def test_owner_cannot_take_its_lock_twice() -> None:
    store = DictCache()
    lock.acquire(store, KEY, token=1, seconds=10.0)

    assert not lock.acquire(store, KEY, token=1, seconds=10.0)


def test_owner_releases_its_lock() -> None:
    store = DictCache()
    lock.acquire(store, KEY, token=1, seconds=10.0)

    lock.release(store, KEY, token=1)

    assert not lock.is_held(store, KEY)
    assert lock.acquire(store, KEY, token=2, seconds=10.0)


def test_another_token_releases_nothing() -> None:
    store = DictCache()
    lock.acquire(store, KEY, token=1, seconds=10.0)

    lock.release(store, KEY, token=2)

    assert lock.is_held(store, KEY)


def test_late_owner_does_not_release_the_lock_of_the_next(
    fake_clock: FakeClock,
) -> None:
    store = DictCache()
    lock.acquire(store, KEY, token=1, seconds=10.0)
    fake_clock.advance(10.0)
    lock.acquire(store, KEY, token=2, seconds=10.0)

    lock.release(store, KEY, token=1)

    assert lock.is_held(store, KEY)


def test_releasing_twice_does_no_harm() -> None:
    store = DictCache()
    lock.acquire(store, KEY, token=1, seconds=10.0)

    lock.release(store, KEY, token=1)
    lock.release(store, KEY, token=1)

    assert not lock.is_held(store, KEY)


def test_lock_lasts_as_long_as_asked_for(fake_clock: FakeClock) -> None:
    store = DictCache()
    lock.acquire(store, KEY, token=1, seconds=10.0)

    fake_clock.advance(9.999)

    assert lock.is_held(store, KEY)
    assert not lock.acquire(store, KEY, token=2, seconds=10.0)


def test_lock_falls_free_by_itself(fake_clock: FakeClock) -> None:
    store = DictCache()
    lock.acquire(store, KEY, token=1, seconds=10.0)

    fake_clock.advance(10.0)

    assert not lock.is_held(store, KEY)
    assert lock.acquire(store, KEY, token=2, seconds=10.0)


def test_locks_of_one_count_for_two_purposes_are_two() -> None:
    assert lock.lock_key(KEY, "flight") != lock.lock_key(KEY, "precache")


def test_lock_lies_beside_the_count_and_not_on_it() -> None:
    found = lock.lock_key(KEY, "flight")

    assert (found.model, found.manager) == (KEY.model, KEY.manager)
    assert found.digest != KEY.digest


def test_tokens_fit_a_signed_column_and_differ() -> None:
    tokens = [lock.new_token() for _ in range(100)]

    assert all(0 <= token < 2**63 for token in tokens)
    assert len(set(tokens)) == 100
