"""NullCache, which keeps nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from django_reckon.counts.caches.null import NullCache
from django_reckon.testing import CountCacheContract

if TYPE_CHECKING:
    from django_reckon.protocols import CountCache


class TestNullCache(CountCacheContract):
    keeps = False

    @override
    def make_store(self) -> CountCache:
        return NullCache()
