"""
Help for tests: doubles of our Protocols, and the contracts that backends fulfil.

A backend of your own is tested by a class of a few lines::

    class TestMyCache(CountCacheContract):
        def make_store(self) -> CountCache:
            return MyCache()

The contracts are plain classes with test methods; pytest collects a subclass whose
name begins with Test. They need a database where the backend needs one.

Whether computed fields hold what their functions return is told by assert_in_sync(),
and for every test of a project by the fixture in django_reckon.testing.pytest.
"""

from __future__ import annotations

from django_reckon.testing.caches import CountCacheContract
from django_reckon.testing.dispatchers import DispatcherContract
from django_reckon.testing.doubles import (
    DictCache,
    RecordingDispatcher,
    RecordingStrategy,
    RecordingUpdateDispatcher,
)
from django_reckon.testing.isolation import isolated_registry
from django_reckon.testing.resolvers import CountResolverContract
from django_reckon.testing.strategies import UpdateStrategyContract
from django_reckon.testing.sync import aassert_in_sync, assert_in_sync
from django_reckon.testing.writers import ComputedWriterContract, DictWriter

__all__ = [
    "ComputedWriterContract",
    "CountCacheContract",
    "CountResolverContract",
    "DictCache",
    "DictWriter",
    "DispatcherContract",
    "RecordingDispatcher",
    "RecordingStrategy",
    "RecordingUpdateDispatcher",
    "UpdateStrategyContract",
    "aassert_in_sync",
    "assert_in_sync",
    "isolated_registry",
]
