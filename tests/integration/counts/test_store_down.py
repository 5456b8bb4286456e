"""Stores that fail: the right number comes back, and the transaction stays usable."""

from __future__ import annotations

import logging
from contextlib import ExitStack, contextmanager, nullcontext
from typing import TYPE_CHECKING, Final

import pytest
from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.contenttypes.management import create_contenttypes
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import transaction

from django_reckon.models import FastCount, PrecacheRun
from django_reckon.testing import RecordingDispatcher
from tests.support.database import committing
from tests.support.read_only import read_only
from tests.support.statements import watched
from tests.support.tables import without_table
from tests.support.world import add_books, add_essays, add_visits
from tests.testapp.models import Book, Essay, Visit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from pytest_django import Settings

    from tests.support.clock import FakeClock
    from tests.support.twins import Twin

pytestmark = committing


@contextmanager
def _without_content_type() -> Iterator[None]:
    """Remove the model's content type, as a project does that shrank its table."""
    ContentType.objects.filter(app_label="testapp", model="essay").delete()
    ContentType.objects.clear_cache()
    try:
        yield
    finally:
        config = apps.get_app_config("testapp")
        create_contenttypes(config, verbosity=0)
        create_permissions(config, verbosity=0)


@contextmanager
def _with_a_stale_content_type() -> Iterator[None]:
    """Let this process remember a content type that is gone from the database."""
    content_type = ContentType.objects.get_for_model(Essay)
    with _without_content_type():
        ContentType.objects._add_to_cache("default", content_type)  # type: ignore[attr-defined]
        yield
    ContentType.objects.clear_cache()


FAILURES: Final[dict[str, Callable[[], AbstractContextManager[None]]]] = {
    "no table of counts": lambda: without_table(FastCount),
    "no table of runs": lambda: without_table(PrecacheRun),
    "no content type": _without_content_type,
    "a content type that is gone": _with_a_stale_content_type,
    "a read-only database": read_only,
}
each_failure = pytest.mark.parametrize("failure", FAILURES)


@each_failure
def test_count_is_right_although_a_store_fails(failure: str, twin: Twin) -> None:
    add_essays(2)

    with FAILURES[failure]():
        counted = [twin.count(Essay.objects.all()) for _ in range(3)]

    assert counted == [2, 2, 2]


@each_failure
def test_count_is_kept_in_the_cache_although_a_store_fails(
    failure: str, twin: Twin
) -> None:
    add_essays(2)

    with FAILURES[failure]():
        twin.count(Essay.objects.all())
        info = twin.info(Essay.objects.all())

    assert (info.value, info.source) == (2, "cache")


@pytest.mark.parametrize(
    "failure", ["no table of counts", "no content type", "a content type that is gone"]
)
def test_transaction_stays_usable_although_a_store_fails(
    failure: str, twin: Twin
) -> None:
    """It has written other tables; of one it wrote it would ask no store at all."""
    add_essays(2)

    with FAILURES[failure]():
        with transaction.atomic():
            add_books(1)
            inside = twin.count(Essay.objects.all())
            add_books(2)
        after = twin.count(Essay.objects.filter(pk__gt=0))

    assert (inside, after) == (2, 2)
    assert len(Book.objects.all()) == 3


def test_read_only_transaction_stays_usable(twin: Twin) -> None:
    add_essays(2)

    with read_only(), transaction.atomic():
        inside = twin.count(Essay.objects.all())
        again = len(Essay.objects.all())

    assert (inside, again) == (2, 2)


@each_failure
def test_precache_works_although_a_store_fails(failure: str, twin: Twin) -> None:
    add_essays(2)

    with FAILURES[failure]():
        report = twin.precache(Essay.objects)
        info = twin.info(Essay.objects.all())

    assert [result.count for result in report.results] == [2]
    assert report.failed == ()
    assert (info.value, info.source) == (2, "cache")


@pytest.mark.parametrize("failure", ["no table of runs", "a read-only database"])
@pytest.mark.parametrize("inside", [False, True], ids=["autocommit", "transaction"])
def test_cache_alone_decides_who_precaches_where_the_table_cannot(
    failure: str,
    inside: bool,
    twin: Twin,
    settings: Settings,
) -> None:
    settings.FAST_COUNT_DISPATCHER = "tests.support.stores.RecordingDispatcher"
    add_visits(2)
    surrounding = transaction.atomic if inside else nullcontext

    with FAILURES[failure]():
        counted = []
        for _ in range(3):
            with surrounding():
                counted.append(twin.count(Visit.objects.all()))

    assert counted == [2, 2, 2]
    assert len(RecordingDispatcher.jobs) == 1


def test_every_store_at_once_may_fail(twin: Twin, settings: Settings) -> None:
    settings.FAST_COUNT_CACHE = "tests.support.stores.DownCache"
    settings.FAST_COUNT_DISPATCHER = "tests.support.stores.RecordingDispatcher"
    add_visits(2)

    with ExitStack() as stack:
        stack.enter_context(without_table(FastCount))
        stack.enter_context(without_table(PrecacheRun))
        outside = twin.count(Visit.others.all())
        stack.enter_context(transaction.atomic())
        add_books(1)
        inside = twin.count(Visit.others.all())
        add_visits(1)
        after = twin.count(Visit.others.all())

    assert (outside, inside, after) == (2, 2, 3)


def test_table_that_is_back_is_used_again(twin: Twin, fake_clock: FakeClock) -> None:
    add_essays(2)
    with without_table(FastCount):
        twin.count(Essay.objects.all())
    cache.clear()
    fake_clock.advance(1.1)

    twin.count(Essay.objects.all())

    assert FastCount.objects.get().count == 2


def test_table_that_refuses_to_be_written_still_answers(twin: Twin) -> None:
    """As on a replica, to which precached counts are replicated."""
    add_essays(2)
    twin.precache(Essay.objects)
    cache.clear()

    with read_only():
        twin.count(Essay.objects.filter(pk__gt=0))
        info = twin.info(Essay.objects.all())

    assert (info.value, info.source) == (2, "stored")


@pytest.fixture
def _cache_server_down(settings: Settings, closed_port: int) -> None:
    """Let the project's cache be a Redis that nobody started."""
    settings.CACHES = {
        **settings.CACHES,
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": f"redis://127.0.0.1:{closed_port}/0",
        },
    }


@pytest.mark.usefixtures("_cache_server_down")
def test_count_is_right_although_the_cache_server_is_down(twin: Twin) -> None:
    add_essays(2)

    counted = [twin.count(Essay.objects.all()) for _ in range(3)]

    assert counted == [2, 2, 2]


@pytest.mark.usefixtures("_cache_server_down")
def test_table_answers_while_the_cache_server_is_down(twin: Twin) -> None:
    add_essays(2)
    twin.count(Essay.objects.all())

    with watched() as statements:
        info = twin.info(Essay.objects.all())

    assert (info.value, info.source) == (2, "stored")
    assert len(statements) == 1


@pytest.mark.usefixtures("_cache_server_down")
def test_transaction_stays_usable_although_the_cache_server_is_down(
    twin: Twin,
) -> None:
    add_essays(2)

    with transaction.atomic():
        add_books(1)
        inside = twin.count(Essay.objects.all())
        add_books(2)

    assert inside == 2
    assert len(Book.objects.all()) == 3


@pytest.mark.usefixtures("_cache_server_down")
def test_precaching_goes_on_although_the_cache_server_is_down(
    twin: Twin, settings: Settings
) -> None:
    settings.FAST_COUNT_DISPATCHER = "inline"
    add_visits(2)

    for _ in range(3):
        twin.count(Visit.objects.all())

    assert PrecacheRun.objects.get().owner is None
    assert FastCount.objects.filter(is_precached=True).count() == 2


@pytest.mark.usefixtures("_cache_server_down")
def test_dead_cache_server_is_logged_once_not_at_every_count(
    twin: Twin, caplog: pytest.LogCaptureFixture, fake_clock: FakeClock
) -> None:
    add_essays(2)

    with caplog.at_level(logging.WARNING, logger="django_reckon"):
        for _ in range(5):
            twin.count(Essay.objects.all())

    assert len(caplog.records) == 1
    assert "Cache 'default'" in caplog.records[0].getMessage()


@pytest.mark.parametrize("router", ["CountsElsewhere", "ContentTypesElsewhere"])
def test_count_is_right_wherever_our_tables_live(
    router: str, twin: Twin, settings: Settings
) -> None:
    settings.DATABASE_ROUTERS = [f"tests.support.routers.{router}"]
    add_essays(2)

    counted = [twin.count(Essay.objects.all()) for _ in range(2)]
    with transaction.atomic():
        add_books(1)
        inside = twin.count(Essay.objects.filter(pk__gt=0))
        add_books(2)

    assert (counted, inside) == ([2, 2], 2)
    assert len(Book.objects.all()) == 3


def test_tables_are_used_where_the_router_says(twin: Twin, settings: Settings) -> None:
    settings.DATABASE_ROUTERS = ["tests.support.routers.CountsElsewhere"]
    add_essays(2)
    twin.count(Essay.objects.all())
    cache.clear()

    info = twin.info(Essay.objects.all())

    assert info.source == "stored"
    assert FastCount.objects.using("other").count() == 1
    assert FastCount.objects.using("default").count() == 0


@pytest.mark.parametrize("router", ["CountsElsewhere", "Nowhere"])
def test_count_is_right_although_the_router_leads_to_a_database_that_refuses(
    router: str, twin: Twin, settings: Settings
) -> None:
    settings.DATABASE_ROUTERS = [f"tests.support.routers.{router}"]
    settings.FAST_COUNT_DISPATCHER = "tests.support.stores.RecordingDispatcher"
    add_visits(2)

    with read_only("other"):
        outside = [twin.count(Visit.others.all()), twin.count(Visit.objects.all())]
        with transaction.atomic():
            add_books(1)
            inside = twin.count(Visit.others.filter(pk__gt=0))
            add_books(2)

    assert (outside, inside) == ([2, 2], 2)
    assert len(Book.objects.all()) == 3
