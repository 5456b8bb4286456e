"""A process remembers counts for a moment, never longer than they may be kept."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import pytest
from asgiref.sync import async_to_sync

from django_reckon.counts import lock
from django_reckon.counts.caches.memory import MemoryCache
from django_reckon.exceptions import BackendError, ConfigurationError
from django_reckon.testing import DictCache
from tests.unit.entries import entry_of, key_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django_reckon.protocols import CountEntry, CountKey
    from tests.support.clock import FakeClock

TTL: Final = 2.0
KEY: Final = key_of("a")

Get = "Callable[[MemoryCache, CountKey], CountEntry | None]"


def _get(cache: MemoryCache, key: CountKey) -> CountEntry | None:
    return cache.get(key)


def _aget(cache: MemoryCache, key: CountKey) -> CountEntry | None:
    return async_to_sync(cache.aget)(key)


both_ways = pytest.mark.parametrize(
    "get", [pytest.param(_get, id="sync"), pytest.param(_aget, id="async")]
)


def _cache(behind: DictCache | None = None, *, max_entries: int = 1024) -> MemoryCache:
    cache = MemoryCache(
        behind="django_reckon.testing.DictCache",
        ttl=dt.timedelta(seconds=TTL),
        max_entries=max_entries,
    )
    cache.behind = behind or cache.behind
    return cache


@both_ways
def test_entry_set_by_another_process_is_found(get: Callable[..., Any]) -> None:
    behind = DictCache()
    behind.set(KEY, entry_of(7))

    found = get(_cache(behind), KEY)

    assert found is not None
    assert found.value == 7


@both_ways
def test_remembered_entry_needs_no_store(get: Callable[..., Any]) -> None:
    behind = DictCache()
    cache = _cache(behind)
    cache.set(KEY, entry_of(7))
    behind.down = True

    found = get(cache, KEY)

    assert found is not None
    assert found.value == 7


@both_ways
def test_found_entry_is_remembered_too(get: Callable[..., Any]) -> None:
    behind = DictCache()
    behind.set(KEY, entry_of(7))
    cache = _cache(behind)
    get(cache, KEY)
    behind.down = True

    found = get(cache, KEY)

    assert found is not None
    assert found.value == 7


@both_ways
def test_count_of_zero_is_remembered(get: Callable[..., Any]) -> None:
    behind = DictCache()
    cache = _cache(behind)
    cache.set(KEY, entry_of(0))
    behind.down = True

    found = get(cache, KEY)

    assert found is not None
    assert found.value == 0


@both_ways
def test_missing_entry_is_asked_for_each_time(get: Callable[..., Any]) -> None:
    behind = DictCache()
    cache = _cache(behind)
    assert get(cache, KEY) is None

    behind.set(KEY, entry_of(7))

    assert get(cache, KEY) is not None


@both_ways
def test_newer_count_of_another_process_is_seen_after_the_ttl(
    get: Callable[..., Any], fake_clock: FakeClock
) -> None:
    behind = DictCache()
    cache = _cache(behind)
    cache.set(KEY, entry_of(1))
    behind.set(KEY, entry_of(2))

    before = get(cache, KEY)
    fake_clock.advance(TTL + 0.001)
    after = get(cache, KEY)

    assert (before.value, after.value) == (1, 2)


@both_ways
def test_entry_is_not_served_past_its_end(
    get: Callable[..., Any], fake_clock: FakeClock
) -> None:
    cache = _cache()
    cache.set(KEY, entry_of(7, lives=1.0))

    fake_clock.advance(1.0)

    assert get(cache, KEY) is None


@both_ways
def test_deleted_entry_is_forgotten(get: Callable[..., Any]) -> None:
    cache = _cache()
    cache.set(KEY, entry_of(7))

    cache.delete(KEY)

    assert get(cache, KEY) is None


def test_set_replaces_what_is_remembered() -> None:
    cache = _cache()
    cache.set(KEY, entry_of(1))

    cache.set(KEY, entry_of(2))

    assert cache.get(KEY) == entry_of(2) or _value(cache.get(KEY)) == 2


def test_set_reaches_the_store_behind() -> None:
    behind = DictCache()

    _cache(behind).set(KEY, entry_of(7))

    assert _value(behind.get(KEY)) == 7


def test_failure_of_the_store_behind_is_passed_on() -> None:
    behind = DictCache()
    behind.down = True

    with pytest.raises(BackendError):
        _cache(behind).get(KEY)


def test_only_so_many_are_remembered() -> None:
    behind = DictCache()
    cache = _cache(behind, max_entries=2)
    for name in ("a", "b", "c"):
        cache.set(key_of(name), entry_of(1))
    behind.entries.clear()

    found = [cache.get(key_of(name)) is not None for name in ("a", "b", "c")]

    assert found == [False, True, True]


def test_renewed_entry_is_no_longer_the_oldest() -> None:
    behind = DictCache()
    cache = _cache(behind, max_entries=2)
    for name in ("a", "b", "a", "c"):
        cache.set(key_of(name), entry_of(1))
    behind.entries.clear()

    found = [cache.get(key_of(name)) is not None for name in ("a", "b", "c")]

    assert found == [True, False, True]


def test_lock_is_taken_where_others_see_it() -> None:
    behind = DictCache()
    first, second = _cache(behind), _cache(behind)

    granted = [first.add(KEY, entry_of(1)), second.add(KEY, entry_of(2))]

    assert granted == [True, False]


def test_lock_that_another_process_released_is_seen_to_be_free() -> None:
    """Else callers would go on waiting for a flight that landed a ttl ago."""
    behind = DictCache()
    ours, theirs = _cache(behind), _cache(behind)
    lock.acquire(theirs, KEY, token=1, seconds=60.0)
    assert lock.is_held(ours, KEY)

    lock.release(theirs, KEY, token=1)

    assert not lock.is_held(ours, KEY)


def test_lock_is_given_back_by_whoever_took_it_after_another() -> None:
    """What was remembered of the former owner must not stand in the new one's way."""
    behind = DictCache()
    ours, theirs = _cache(behind), _cache(behind)
    lock.acquire(theirs, KEY, token=1, seconds=60.0)
    assert lock.is_held(ours, KEY)
    lock.release(theirs, KEY, token=1)
    lock.acquire(ours, KEY, token=2, seconds=60.0)

    lock.release(ours, KEY, token=2)

    assert behind.get(KEY) is None


@pytest.mark.parametrize(
    ("options", "named"),
    [
        pytest.param({"ttl": dt.timedelta()}, "ttl", id="no_time"),
        pytest.param({"ttl": 2}, "ttl", id="seconds"),
        pytest.param({"max_entries": 0}, "max_entries", id="no_room"),
        pytest.param({"max_entries": True}, "max_entries", id="bool"),
        pytest.param({"behind": "nowhere"}, "nowhere", id="unknown_store"),
    ],
)
def test_wrong_option_is_a_configuration_error(
    options: dict[str, Any], named: str
) -> None:
    with pytest.raises(ConfigurationError, match=named):
        MemoryCache(**options)


def _value(entry: CountEntry | None) -> int | None:
    return None if entry is None else entry.value
