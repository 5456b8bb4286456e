"""Counts in one of Django's caches."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil, isfinite
from typing import Final

from django.core.cache import BaseCache, caches
from django.core.cache.backends.db import BaseDatabaseCache
from django.core.cache.backends.dummy import DummyCache
from django.core.cache.backends.locmem import LocMemCache
from django.db import router

from django_reckon.conf import counts as conf
from django_reckon.exceptions import BackendError
from django_reckon.ground import clock
from django_reckon.ground.transactions import shielded
from django_reckon.protocols import CountEntry, CountKey

# Part of every key; raise it when the shape of stored entries changes, and entries
# of other versions are neither read nor overwritten.
SHAPE_VERSION: Final = 1
# What a serialiser raises for bytes that are not its own: a miss, not an outage.
_DAMAGED: Final = (
    pickle.UnpicklingError,
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    TypeError,
    ValueError,
)
_TYPES: Final = (int, float, float, float, bool)
# Caches that answer from this process's memory: asking them blocks nobody, and a
# thread hop would cost more than the answer.
_IN_MEMORY: Final = (LocMemCache, DummyCache)


class DjangoCache:
    """
    Counts in the cache of that alias, readable by every process that shares it.

    Entries are stored as tuples of plain numbers, so that any serialiser keeps them.

    Cost:
        One round trip for each call.
    """

    def __init__(self, alias: str = "default") -> None:
        """Name the alias in CACHES."""
        caches[alias]  # an unknown alias is an error now, not at the first count
        self.alias = alias

    def get(self, key: CountKey) -> CountEntry | None:
        """Return the entry, None when there is none or it is not ours."""
        # The one call every hit makes: no context manager, which would cost a tenth.
        try:
            cache = caches[self.alias]
            if isinstance(cache, BaseDatabaseCache):
                with shielded(_database_of(cache)):
                    return _decoded(cache.get(_text(key)))
            return _decoded(cache.get(_text(key)))
        except Exception as error:
            if _is_damage(error):
                return None
            raise self._failure("read", error) from error

    def set(self, key: CountKey, entry: CountEntry) -> None:
        """Store the entry, replacing whatever is there."""
        with self._wrapped("write"):
            caches[self.alias].set(_text(key), _encoded(entry), _timeout(entry))

    def add(self, key: CountKey, entry: CountEntry) -> bool:
        """Store the entry if the key is free; atomic where the cache's add() is."""
        with self._wrapped("lock"):
            stored = _encoded(entry)
            return bool(caches[self.alias].add(_text(key), stored, _timeout(entry)))

    def delete(self, key: CountKey) -> None:
        """Remove the entry."""
        with self._wrapped("delete"):
            caches[self.alias].delete(_text(key))

    async def aget(self, key: CountKey) -> CountEntry | None:
        """Async twin of get(); no thread hop where the cache's aget() makes none."""
        cache = caches[self.alias]
        if isinstance(cache, _IN_MEMORY):
            return self.get(key)
        try:
            return _decoded(await cache.aget(_text(key)))
        except Exception as error:
            if _is_damage(error):
                return None
            raise self._failure("read", error) from error

    async def aset(self, key: CountKey, entry: CountEntry) -> None:
        """Async twin of set()."""
        with self._wrapped("write"):
            cache: BaseCache = caches[self.alias]
            await cache.aset(_text(key), _encoded(entry), _timeout(entry))

    async def aadd(self, key: CountKey, entry: CountEntry) -> bool:
        """Async twin of add()."""
        with self._wrapped("lock"):
            cache: BaseCache = caches[self.alias]
            return bool(await cache.aadd(_text(key), _encoded(entry), _timeout(entry)))

    async def adelete(self, key: CountKey) -> None:
        """Async twin of delete()."""
        with self._wrapped("delete"):
            await caches[self.alias].adelete(_text(key))

    @contextmanager
    def _wrapped(self, action: str) -> Iterator[None]:
        """Turn whatever a cache client raises into a BackendError."""
        try:
            yield
        except Exception as error:
            raise self._failure(action, error) from error

    def _failure(self, action: str, error: Exception) -> BackendError:
        return BackendError(f"Cache {self.alias!r}", action, error)


def _database_of(cache: BaseDatabaseCache) -> str:
    """Return the database whose transaction a failing read would end."""
    return router.db_for_read(cache.cache_model_class)


def _text(key: CountKey) -> str:
    return f"{conf.current().key_prefix}:{SHAPE_VERSION}:{key.manager}:{key.digest}"


def _timeout(entry: CountEntry) -> int:
    """
    Return whole seconds, rounded up.

    Some of Django's caches cut fractions off, down to none at all; an entry that stays
    a little longer does no harm, for it carries its own times.
    """
    return max(ceil(entry.keep_until - clock.now()), 1)


def _encoded(entry: CountEntry) -> tuple[int, float, float, float, bool]:
    return (
        entry.value,
        entry.counted_at,
        entry.fresh_until,
        entry.keep_until,
        entry.precached,
    )


def _is_damage(error: Exception) -> bool:
    """Tell an entry that cannot be read from a store that does not answer."""
    # Redis' word for a key that another program uses for a list or a hash.
    return isinstance(error, _DAMAGED) or "WRONGTYPE" in str(error)


def _decoded(raw: object) -> CountEntry | None:
    """
    Return the entry, or None for anything that set() did not write.

    Serialisers may have made the tuple a list; the types inside they keep.
    """
    if isinstance(raw, tuple | list) and tuple(map(type, raw)) == _TYPES:
        value, counted_at, fresh_until, keep_until, precached = raw
        if value >= 0 and isfinite(counted_at + fresh_until + keep_until):
            return CountEntry(value, counted_at, fresh_until, keep_until, precached)
    return None
