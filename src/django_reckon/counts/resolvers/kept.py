"""Counts made earlier."""

from __future__ import annotations

from dataclasses import replace

from django_reckon.ground import clock
from django_reckon.protocols import CountCache, CountEntry, CountInfo, CountRequest


class KeptCounts:
    """Answer with a count that a store has kept, as long as its promise holds."""

    counts_rows = False

    def __init__(self, name: str, store: CountCache) -> None:
        """Answer under that name from that store, which must not raise."""
        self.name = name
        self.store = store

    def resolve(self, request: CountRequest) -> CountInfo | None:
        """Return the kept count, marked stale when older than its promise."""
        return self._judged(request, self.store.get(request.key))

    async def aresolve(self, request: CountRequest) -> CountInfo | None:
        """Async twin of resolve()."""
        return self._judged(request, await self.store.aget(request.key))

    def keep(self, request: CountRequest, entry: CountEntry) -> None:
        """Keep the entry for as long as the request's retention lets it serve."""
        keep_until = entry.fresh_until + request.retention.stale_for
        self.store.set(request.key, replace(entry, keep_until=keep_until))

    def _judged(
        self, request: CountRequest, entry: CountEntry | None
    ) -> CountInfo | None:
        if entry is None or entry.value < 0:
            return None
        now = clock.now()
        stale = entry.fresh_until <= now
        if stale and entry.fresh_until + request.retention.stale_for <= now:
            return None
        age = max(now - entry.counted_at, 0.0)
        return CountInfo(entry.value, self.name, False, age, stale, entry)
