"""DictCache, the double we offer to tests, keeps the promises of a real one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from django_reckon.testing import CountCacheContract, DictCache

if TYPE_CHECKING:
    from django_reckon.protocols import CountCache


class TestDictCache(CountCacheContract):
    @override
    def make_store(self) -> CountCache:
        return DictCache()

    @override
    def make_broken_store(self) -> CountCache:
        store = DictCache()
        store.down = True
        return store
