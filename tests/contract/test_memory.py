"""MemoryCache, alone and over a store that is down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from django_reckon.counts.caches.memory import MemoryCache
from django_reckon.testing import CountCacheContract

if TYPE_CHECKING:
    from django_reckon.protocols import CountCache


class TestMemoryCache(CountCacheContract):
    @override
    def make_store(self) -> CountCache:
        return MemoryCache(behind="tests.support.stores.DictCache")

    @override
    def make_broken_store(self) -> CountCache:
        return MemoryCache(behind="tests.support.stores.DownCache")
