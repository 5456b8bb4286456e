"""A short memory of this process in front of another store."""

from __future__ import annotations

import datetime as dt
import threading

from django_reckon.conf import counts as conf
from django_reckon.counts.caches import CACHES
from django_reckon.exceptions import ConfigurationError
from django_reckon.ground import clock
from django_reckon.ground.loading import load
from django_reckon.ground.shapes import is_duration, is_whole
from django_reckon.protocols import BackendSpec, CountCache, CountEntry, CountKey


class MemoryCache:
    """
    Remember counts for a moment, so that a hot page asks the shared store rarely.

    Off unless chosen. Another process's newer count is seen after at most the ttl.

    Cost:
        No round trip for what is remembered; at most max_entries x about 450 bytes.
    """

    def __init__(
        self,
        *,
        behind: BackendSpec = "django",
        ttl: dt.timedelta = dt.timedelta(seconds=2),
        max_entries: int = 1024,
    ) -> None:
        """
        Stand in front of another store.

        Args:
            behind: The store to ask for what is not remembered.
            ttl: How long an entry is believed without asking again.
            max_entries: How many are remembered; the oldest goes first.
        """
        if not is_duration(ttl):
            raise ConfigurationError(f"ttl is {ttl!r}. Give a positive timedelta.")
        if not is_whole(max_entries, least=1):
            raise ConfigurationError(
                f"max_entries is {max_entries!r}. Give a whole number from 1."
            )
        setting = f"{conf.PREFIX}CACHE"
        self.behind: CountCache = load(
            behind, CACHES, setting=setting, protocol=CountCache
        )
        self._ttl = ttl.total_seconds()
        self._max_entries = max_entries
        self._entries: dict[CountKey, tuple[float, CountEntry]] = {}
        self._lock = threading.Lock()

    def get(self, key: CountKey) -> CountEntry | None:
        """Return what is remembered, else what the store behind has."""
        return self._recall(key) or self._remember(key, self.behind.get(key))

    def set(self, key: CountKey, entry: CountEntry) -> None:
        """Remember the entry and keep it in the store behind."""
        self._remember(key, entry)
        self.behind.set(key, entry)

    def add(self, key: CountKey, entry: CountEntry) -> bool:
        """Ask the store behind, which others see too; nothing is remembered."""
        return self.behind.add(key, entry)

    def delete(self, key: CountKey) -> None:
        """Forget the entry here and behind."""
        self._forget(key)
        self.behind.delete(key)

    async def aget(self, key: CountKey) -> CountEntry | None:
        """Async twin of get(); what is remembered needs no await."""
        return self._recall(key) or self._remember(key, await self.behind.aget(key))

    async def aset(self, key: CountKey, entry: CountEntry) -> None:
        """Async twin of set()."""
        self._remember(key, entry)
        await self.behind.aset(key, entry)

    async def aadd(self, key: CountKey, entry: CountEntry) -> bool:
        """Async twin of add()."""
        return await self.behind.aadd(key, entry)

    async def adelete(self, key: CountKey) -> None:
        """Async twin of delete()."""
        self._forget(key)
        await self.behind.adelete(key)

    def _recall(self, key: CountKey) -> CountEntry | None:
        found = self._entries.get(key)
        if found is None or found[0] < clock.monotonic():
            return None
        return found[1] if found[1].keep_until > clock.now() else None

    def _remember(self, key: CountKey, entry: CountEntry | None) -> CountEntry | None:
        # A lock is never remembered: what counts is who holds it now.
        if entry is not None and entry.counted_at:
            with self._lock:
                self._entries.pop(key, None)
                self._entries[key] = (clock.monotonic() + self._ttl, entry)
                if len(self._entries) > self._max_entries:
                    del self._entries[next(iter(self._entries))]
        return entry

    def _forget(self, key: CountKey) -> None:
        with self._lock:
            self._entries.pop(key, None)
