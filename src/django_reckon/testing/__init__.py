"""
Help for tests: doubles of our Protocols, and the contracts that backends fulfil.

A backend of your own is tested by a class of a few lines::

    class TestMyCache(CountCacheContract):
        def make_store(self) -> CountCache:
            return MyCache()

The contracts are plain classes with test methods; pytest collects a subclass whose
name begins with Test. They need a database where the backend needs one.
"""

from __future__ import annotations

from django_reckon.testing.caches import CountCacheContract
from django_reckon.testing.dispatchers import DispatcherContract
from django_reckon.testing.doubles import DictCache, RecordingDispatcher
from django_reckon.testing.resolvers import CountResolverContract

__all__ = [
    "CountCacheContract",
    "CountResolverContract",
    "DictCache",
    "DispatcherContract",
    "RecordingDispatcher",
]
