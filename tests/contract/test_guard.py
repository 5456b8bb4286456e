"""Guard, in front of a store that works and of one that does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgiref.sync import async_to_sync
from typing_extensions import override

from django_reckon.counts.caches.guard import Guard
from django_reckon.testing import CountCacheContract, DictCache

if TYPE_CHECKING:
    from django_reckon.protocols import CountCache
    from tests.support.clock import FakeClock


class TestGuard(CountCacheContract):
    @override
    def make_store(self) -> CountCache:
        return Guard(DictCache())

    def test_a_server_that_is_down_looks_empty(self) -> None:
        behind = DictCache()
        store, key = Guard(behind), self._key("down")
        store.set(key, self._entry(1))
        behind.down = True

        store.set(key, self._entry(2))
        store.delete(key)

        assert store.get(key) is None
        assert async_to_sync(store.aget)(key) is None
        assert store.add(key, self._entry(3))
        assert async_to_sync(store.aadd)(key, self._entry(3))

    def test_a_server_that_is_down_is_left_alone_for_a_while(
        self, fake_clock: FakeClock
    ) -> None:
        """A request must not wait for a dead server's time-out at every count."""
        behind = _Asked()
        store, key = Guard(behind), self._key("down")

        for _ in range(5):
            store.get(key)
            async_to_sync(store.aget)(key)

        assert behind.asked == 1

    def test_a_server_that_is_back_is_asked_again(self, fake_clock: FakeClock) -> None:
        behind = DictCache()
        store, key, entry = Guard(behind), self._key("back"), self._entry(1)
        store.set(key, entry)
        behind.down = True
        store.get(key)
        behind.down = False

        fake_clock.advance(1.1)

        self._assert_same(store.get(key), entry)


class _Asked(DictCache):
    """Down, and counting who asks."""

    def __init__(self) -> None:
        super().__init__()
        self.down = True
        self.asked = 0

    @override
    def _raise_if_down(self) -> None:
        self.asked += 1
        super()._raise_if_down()
