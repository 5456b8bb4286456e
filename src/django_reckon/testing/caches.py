"""What every CountCache promises."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial

from asgiref.sync import async_to_sync

from django_reckon.exceptions import BackendError
from django_reckon.ground import clock
from django_reckon.ground.digest import digest
from django_reckon.protocols import CountCache, CountEntry, CountKey


class CountCacheContract:
    """
    Subclass it, name a store in make_store(), and run the tests.

    Each case runs on the methods and on their async twins.

    Attributes:
        model: Label of an installed model, for keys.
        keeps: False for a store that keeps nothing by design.
    """

    model = "contenttypes.ContentType"
    keeps = True

    def make_store(self) -> CountCache:
        """Return an empty store that works."""
        raise NotImplementedError

    def make_broken_store(self) -> CountCache | None:
        """Return a store whose server is down; None where there is no server."""
        return None

    def test_missing_key_is_none(self) -> None:
        for store in self._faces():
            assert store.get(self._key("missing")) is None

    def test_what_is_set_is_got(self) -> None:
        for number, store in enumerate(self._faces()):
            key, entry = self._key(f"set {number}"), self._entry(7)
            store.set(key, entry)
            self._assert_same(store.get(key), entry)

    def test_zero_is_a_count(self) -> None:
        for number, store in enumerate(self._faces()):
            key, entry = self._key(f"zero {number}"), self._entry(0)
            store.set(key, entry)
            self._assert_same(store.get(key), entry)

    def test_set_replaces(self) -> None:
        for number, store in enumerate(self._faces()):
            key = self._key(f"replace {number}")
            store.set(key, self._entry(1))
            store.set(key, self._entry(2))
            self._assert_same(store.get(key), self._entry(2))

    def test_keys_do_not_mix(self) -> None:
        for number, store in enumerate(self._faces()):
            first, second = self._key(f"a {number}"), self._key(f"b {number}")
            other = CountKey(first.model, "another_manager", first.digest)
            store.set(first, self._entry(1))
            assert store.get(second) is None
            assert store.get(other) is None

    def test_add_keeps_what_is_there(self) -> None:
        for number, store in enumerate(self._faces()):
            key = self._key(f"add {number}")
            assert store.add(key, self._entry(1))
            assert store.add(key, self._entry(2)) is not self.keeps
            self._assert_same(store.get(key), self._entry(1))

    def test_of_many_callers_one_adds(self) -> None:
        store, key, granted = self.make_store(), self._key("many"), list[bool]()
        barrier = threading.Barrier(8)

        def add() -> None:
            barrier.wait()
            granted.append(store.add(key, self._entry(1)))

        self._together(add, 8)
        assert granted.count(True) == (1 if self.keeps else 8)

    def test_deleted_key_is_free_again(self) -> None:
        for number, store in enumerate(self._faces()):
            key = self._key(f"delete {number}")
            store.add(key, self._entry(1))
            store.delete(key)
            assert store.get(key) is None
            assert store.add(key, self._entry(2))

    def test_deleting_a_missing_key_is_no_error(self) -> None:
        for store in self._faces():
            store.delete(self._key("never"))

    def test_a_server_that_is_down_raises_backend_error_only(self) -> None:
        store = self.make_broken_store()
        if store is None:
            return
        key, entry = self._key("down"), self._entry(1)
        for face in (store, _Awaited(store)):
            calls: list[Callable[[], object]] = [
                partial(face.get, key),
                partial(face.set, key, entry),
                partial(face.add, key, entry),
                partial(face.delete, key),
            ]
            for call in calls:
                assert _failure_of(call) is not None

    def run_thread(self, work: threading.Thread) -> None:
        """Start a thread; override where threads need something around them."""
        work.start()

    def close_thread(self) -> None:
        """Clean up at the end of a thread, such as its connections."""

    def _together(self, work: Callable[[], None], count: int) -> None:
        def wrapped() -> None:
            try:
                work()
            finally:
                self.close_thread()

        threads = [threading.Thread(target=wrapped) for _ in range(count)]
        for thread in threads:
            self.run_thread(thread)
        for thread in threads:
            thread.join()

    def _faces(self) -> Iterator[CountCache | _Awaited]:
        yield self.make_store()
        yield _Awaited(self.make_store())

    def _key(self, name: str) -> CountKey:
        return CountKey(self.model, "objects", digest("contract", name))

    def _entry(self, value: int) -> CountEntry:
        now = float(int(clock.now()))
        return CountEntry(value, now, now + 60.0, now + 60.0, precached=value % 2 == 0)

    def _assert_same(self, found: CountEntry | None, entry: CountEntry) -> None:
        if not self.keeps:
            assert found is None
            return
        assert found is not None
        assert (found.value, found.precached) == (entry.value, entry.precached)
        assert abs(found.fresh_until - entry.fresh_until) < 2


def _failure_of(call: Callable[[], object]) -> BaseException | None:
    """Return the cause of the BackendError that the call must raise."""
    try:
        call()
    except BackendError as error:
        return error.__cause__
    raise AssertionError("A broken store answered.")


class _Awaited:
    """The async twins of a store, called from sync code."""

    def __init__(self, store: CountCache) -> None:
        self.get = async_to_sync(store.aget)
        self.set = async_to_sync(store.aset)
        self.add = async_to_sync(store.aadd)
        self.delete = async_to_sync(store.adelete)
