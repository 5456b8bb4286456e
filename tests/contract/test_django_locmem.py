"""DjangoCache over Django's local-memory cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from django_reckon.counts.caches.django import DjangoCache
from django_reckon.testing import CountCacheContract

if TYPE_CHECKING:
    from django_reckon.protocols import CountCache


class TestDjangoCacheOverLocmem(CountCacheContract):
    @override
    def make_store(self) -> CountCache:
        return DjangoCache("locmem")
