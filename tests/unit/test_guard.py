"""A store that fails is passed over for a while, and nobody notices but the log."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final, Protocol

import pytest
from asgiref.sync import async_to_sync

from django_reckon.counts.caches.guard import PAUSE_SECONDS, Guard
from django_reckon.testing import DictCache
from tests.unit.entries import entry_of, key_of

if TYPE_CHECKING:
    from django_reckon.protocols import CountCache, CountEntry, CountKey
    from tests.support.clock import FakeClock

KEY: Final = key_of("a")


class Face(Protocol):
    """The sync methods of a store, or its async twins."""

    def __init__(self, store: CountCache) -> None: ...
    def get(self, key: CountKey) -> CountEntry | None: ...
    def set(self, key: CountKey, entry: CountEntry) -> None: ...
    def add(self, key: CountKey, entry: CountEntry) -> bool: ...
    def delete(self, key: CountKey) -> None: ...


class Sync:
    """The sync methods."""

    def __init__(self, store: CountCache) -> None:
        self.get = store.get
        self.set = store.set
        self.add = store.add
        self.delete = store.delete


class Async:
    """The async twins."""

    def __init__(self, store: CountCache) -> None:
        self.get = async_to_sync(store.aget)
        self.set = async_to_sync(store.aset)
        self.add = async_to_sync(store.aadd)
        self.delete = async_to_sync(store.adelete)


@pytest.fixture(params=[Sync, Async], ids=["sync", "async"])
def face(request: pytest.FixtureRequest) -> Any:
    """Return the class; pytest leaves its type open."""
    return request.param


@pytest.fixture
def store() -> DictCache:
    return DictCache()


def test_working_store_answers(face: type[Face], store: DictCache) -> None:
    guard = face(Guard(store))

    guard.set(KEY, entry_of(7))

    found = guard.get(KEY)
    assert found is not None
    assert found.value == 7


def test_working_store_says_who_has_a_lock(face: type[Face], store: DictCache) -> None:
    guard = face(Guard(store))

    granted = [guard.add(KEY, entry_of(1)), guard.add(KEY, entry_of(2))]

    assert granted == [True, False]


def test_working_store_deletes(face: type[Face], store: DictCache) -> None:
    guard = face(Guard(store))
    guard.set(KEY, entry_of(7))

    guard.delete(KEY)

    assert store.get(KEY) is None


def test_failing_store_has_nothing(face: type[Face], store: DictCache) -> None:
    store.set(KEY, entry_of(7))
    store.down = True

    assert face(Guard(store)).get(KEY) is None


def test_failing_store_grants_every_lock(face: type[Face], store: DictCache) -> None:
    store.set(KEY, entry_of(7))
    store.down = True

    assert face(Guard(store)).add(KEY, entry_of(8)) is True


def test_failing_store_takes_writes_in_silence(
    face: type[Face], store: DictCache
) -> None:
    store.down = True
    guard = face(Guard(store))

    guard.set(KEY, entry_of(7))
    guard.delete(KEY)

    assert store.entries == {}


def test_store_that_failed_is_left_alone(
    face: type[Face], store: DictCache, fake_clock: FakeClock
) -> None:
    store.set(KEY, entry_of(7))
    guard = face(Guard(store))
    store.down = True
    guard.get(KEY)

    store.down = False
    fake_clock.advance(PAUSE_SECONDS - 0.001)

    assert guard.get(KEY) is None


def test_store_that_failed_is_asked_again_later(
    face: type[Face], store: DictCache, fake_clock: FakeClock
) -> None:
    store.set(KEY, entry_of(7))
    guard = face(Guard(store))
    store.down = True
    guard.get(KEY)

    store.down = False
    fake_clock.advance(PAUSE_SECONDS)

    assert guard.get(KEY) is not None


def test_one_failure_is_one_warning(
    face: type[Face], store: DictCache, caplog: pytest.LogCaptureFixture
) -> None:
    store.down = True
    guard = face(Guard(store))

    with caplog.at_level(logging.WARNING, logger="django_reckon"):
        guard.get(KEY)
        guard.set(KEY, entry_of(7))

    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "DictCache could not answer" in record.getMessage()


def test_failure_after_the_pause_is_another_warning(
    face: type[Face],
    store: DictCache,
    fake_clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    store.down = True
    guard = face(Guard(store))
    guard.get(KEY)

    fake_clock.advance(PAUSE_SECONDS)
    guard.get(KEY)

    assert len(caplog.records) == 2


def test_guards_of_one_store_pause_by_themselves(
    face: type[Face], store: DictCache
) -> None:
    store.set(KEY, entry_of(7))
    first, second = face(Guard(store)), face(Guard(store))
    store.down = True
    first.get(KEY)

    store.down = False

    assert second.get(KEY) is not None
