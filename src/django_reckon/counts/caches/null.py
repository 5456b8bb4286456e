"""No store at all."""

from __future__ import annotations

from django_reckon.protocols import CountEntry, CountKey


class NullCache:
    """Keep nothing: every get misses, every add is granted."""

    def get(self, key: CountKey) -> CountEntry | None:
        """Return None."""
        return None

    def set(self, key: CountKey, entry: CountEntry) -> None:
        """Forget the entry at once."""

    def add(self, key: CountKey, entry: CountEntry) -> bool:
        """Return True: nothing is there."""
        return True

    def delete(self, key: CountKey) -> None:
        """Do nothing."""

    async def aget(self, key: CountKey) -> CountEntry | None:
        """Async twin of get()."""
        return None

    async def aset(self, key: CountKey, entry: CountEntry) -> None:
        """Async twin of set()."""

    async def aadd(self, key: CountKey, entry: CountEntry) -> bool:
        """Async twin of add()."""
        return True

    async def adelete(self, key: CountKey) -> None:
        """Async twin of delete()."""
