"""The resolver "cache"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from django_reckon.counts.caches.guard import Guard
from django_reckon.counts.resolvers.kept import KeptCounts
from django_reckon.testing import CountResolverContract, DictCache
from tests.support.database import committing

if TYPE_CHECKING:
    from django_reckon.protocols import CountResolver

pytestmark = committing


class TestCacheResolver(CountResolverContract):
    keeps = True

    @override
    def make_resolver(self) -> CountResolver:
        return KeptCounts("cache", Guard(DictCache()))

    @override
    def make_broken_resolver(self) -> CountResolver:
        store = DictCache()
        store.down = True
        return KeptCounts("cache", Guard(store))
