"""A store that fails without its callers noticing."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from django_reckon.exceptions import BackendError
from django_reckon.ground import clock
from django_reckon.protocols import CountCache, CountEntry, CountKey

logger: Final = logging.getLogger(__name__)
R = TypeVar("R")

# After a failure the store is left alone so long: a request must not wait for a dead
# server's time-out on every count, and a server that is back is soon in use again.
PAUSE_SECONDS: Final = 1.0


class Guard:
    """
    Another store, whose failures look like misses.

    A failure is logged as a warning and the store is passed over for a second; a store
    that cannot be written, such as a replica, is still read. Taking a lock is granted
    then: who cannot ask the others goes alone.
    """

    def __init__(self, store: CountCache) -> None:
        """Stand in front of the store."""
        self.store = store
        self._read_again_at = 0.0
        self._write_again_at = 0.0

    def get(self, key: CountKey) -> CountEntry | None:
        """Return the entry; None when there is none or the store fails."""
        return self._tried(lambda: self.store.get(key), None, writes=False)

    def set(self, key: CountKey, entry: CountEntry) -> None:
        """Keep the entry if the store works."""
        self._tried(lambda: self.store.set(key, entry), None)

    def add(self, key: CountKey, entry: CountEntry) -> bool:
        """Keep the entry if the key is free; True when the store fails."""
        return self._tried(lambda: self.store.add(key, entry), True)

    def delete(self, key: CountKey) -> None:
        """Delete the entry if the store works."""
        self._tried(lambda: self.store.delete(key), None)

    async def aget(self, key: CountKey) -> CountEntry | None:
        """Async twin of get()."""
        return await self._atried(lambda: self.store.aget(key), None, writes=False)

    async def aset(self, key: CountKey, entry: CountEntry) -> None:
        """Async twin of set()."""
        await self._atried(lambda: self.store.aset(key, entry), None)

    async def aadd(self, key: CountKey, entry: CountEntry) -> bool:
        """Async twin of add()."""
        return await self._atried(lambda: self.store.aadd(key, entry), True)

    async def adelete(self, key: CountKey) -> None:
        """Async twin of delete()."""
        await self._atried(lambda: self.store.adelete(key), None)

    def _tried(self, call: Callable[[], R], otherwise: R, *, writes: bool = True) -> R:
        if self._is_paused(writes=writes):
            return otherwise
        try:
            return call()
        except BackendError as error:
            self._pause(error, writes=writes)
            return otherwise

    async def _atried(
        self, call: Callable[[], Awaitable[R]], otherwise: R, *, writes: bool = True
    ) -> R:
        if self._is_paused(writes=writes):
            return otherwise
        try:
            return await call()
        except BackendError as error:
            self._pause(error, writes=writes)
            return otherwise

    def _is_paused(self, *, writes: bool) -> bool:
        until = self._write_again_at if writes else self._read_again_at
        return bool(until) and clock.monotonic() < until

    def _pause(self, error: BackendError, *, writes: bool) -> None:
        """Leave the store alone; what cannot be read is not worth writing either."""
        self._write_again_at = clock.monotonic() + PAUSE_SECONDS
        if not writes:
            self._read_again_at = self._write_again_at
        logger.warning("%s Counting goes on without it.", error)
