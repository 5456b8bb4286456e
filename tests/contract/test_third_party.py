"""Backends that somebody else wrote, named in the settings by their dotted path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from django_reckon.testing import (
    CountCacheContract,
    CountResolverContract,
    DictCache,
)
from tests.support.database import committing
from tests.support.stores import Errand, Fortune, Remembering
from tests.testapp.models import Essay, Visit

if TYPE_CHECKING:
    from pytest_django import Settings

    from django_reckon.protocols import CountCache, CountResolver
    from tests.support.twins import Twin

pytestmark = committing

STORES = "tests.support.stores"


class TestTheirCache(CountCacheContract):
    @override
    def make_store(self) -> CountCache:
        return Remembering(shelf="top")

    @override
    def make_broken_store(self) -> CountCache:
        store = DictCache()
        store.down = True
        return store


class TestTheirResolver(CountResolverContract):
    @override
    def make_resolver(self) -> CountResolver:
        return Fortune()


def test_cache_named_in_the_settings_keeps_the_counts(
    settings: Settings, twin: Twin
) -> None:
    settings.FAST_COUNT_CACHE = {
        "BACKEND": f"{STORES}.Remembering",
        "OPTIONS": {"shelf": "left"},
    }
    Essay.objects.create()

    twin.count(Essay.objects.all())

    store = Remembering.made[-1]
    assert store.shelf == "left"
    assert [entry.value for entry in store.entries.values()] == [1]


def test_resolver_named_in_the_settings_answers(settings: Settings, twin: Twin) -> None:
    settings.FAST_COUNT_RESOLVERS = [
        {"BACKEND": f"{STORES}.Fortune", "OPTIONS": {"number": 42}},
        "exact",
    ]

    info = twin.info(Essay.objects.all())

    assert (info.value, info.source) == (42, "fortune")


def test_dispatcher_named_in_the_settings_gets_the_job(
    settings: Settings, twin: Twin
) -> None:
    settings.FAST_COUNT_DISPATCHER = f"{STORES}.Errand"
    Errand.jobs.clear()

    twin.count(Visit.objects.all())

    assert [(job.model, job.manager) for job in Errand.jobs] == [
        ("testapp.Visit", "objects")
    ]
