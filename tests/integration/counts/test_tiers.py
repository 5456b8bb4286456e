"""Cache, table, COUNT: which of them answers, and how many statements that costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import transaction

from django_reckon.counts import lock
from django_reckon.counts.caches.django import DjangoCache
from django_reckon.counts.chain import chain_for
from django_reckon.models import FastCount
from tests.support.database import committing
from tests.support.keys import flight_lock, key_of
from tests.support.statements import watched
from tests.support.world import add_books, add_essays
from tests.testapp.models import Book, Essay

if TYPE_CHECKING:
    from pytest_django import Settings

    from tests.support.twins import Twin

pytestmark = committing


@pytest.fixture
def _warm_content_type() -> None:
    ContentType.objects.get_for_model(Essay)


def test_hit_in_the_cache_runs_no_statement(twin: Twin) -> None:
    add_books(2, flag=True)
    twin.count(Book.objects.filter(flag=True))

    with watched() as statements:
        counted = twin.count(Book.objects.filter(flag=True))

    assert (counted, statements.sql) == (2, [])


def test_hit_in_the_cache_runs_no_statement_inside_a_transaction(twin: Twin) -> None:
    add_books(2)
    twin.count(Book.objects.all())

    with transaction.atomic(), watched() as statements:
        counted = twin.count(Book.objects.all())

    assert (counted, statements.sql) == (2, [])


def test_hit_in_the_table_runs_one_statement(twin: Twin) -> None:
    add_books(2)
    twin.count(Book.objects.all())
    cache.clear()

    with watched() as statements:
        info = twin.info(Book.objects.all())

    assert (info.value, info.source) == (2, "stored")
    assert len(statements) == 1
    assert len(statements.on(FastCount)) == 1


def test_hit_in_the_table_inside_a_transaction_needs_three_at_most(twin: Twin) -> None:
    """Where a failing statement would end the transaction, a savepoint is the price."""
    add_books(2)
    twin.count(Book.objects.all())
    cache.clear()

    with transaction.atomic(), watched() as statements:
        info = twin.info(Book.objects.all())

    assert (info.value, info.source) == (2, "stored")
    assert len(statements) <= 3
    assert statements.counts() == []


def test_hit_in_the_table_is_written_back_to_the_cache(twin: Twin) -> None:
    add_books(2)
    twin.count(Book.objects.all())
    cache.clear()
    twin.count(Book.objects.all())

    with watched() as statements:
        info = twin.info(Book.objects.all())

    assert (info.value, info.source, statements.sql) == (2, "cache", [])


def test_count_written_back_expires_no_later_than_its_row(twin: Twin) -> None:
    add_books(2)
    twin.count(Book.objects.all())
    cache.clear()
    twin.count(Book.objects.all())

    entry = twin.info(Book.objects.all()).entry

    assert entry is not None
    expires_at = FastCount.objects.get().expires_at.timestamp()
    assert entry.fresh_until == pytest.approx(expires_at, abs=0.001)


@pytest.mark.usefixtures("_warm_content_type")
def test_stored_miss_runs_two_statements_beside_the_count(twin: Twin) -> None:
    add_essays(2)

    with watched() as statements:
        twin.count(Essay.objects.all())

    assert len(statements.counts()) == 1
    assert len(statements) == 3


def test_stored_miss_with_a_cold_content_type_runs_three_beside_the_count(
    twin: Twin,
) -> None:
    add_essays(2)
    ContentType.objects.clear_cache()

    with watched() as statements:
        twin.count(Essay.objects.all())

    assert len(statements.counts()) == 1
    assert len(statements) == 4


def test_small_count_costs_nothing_but_itself_the_second_time(twin: Twin) -> None:
    add_essays(2)
    twin.count(Essay.threshold.all())

    with watched() as statements:
        twin.count(Essay.threshold.all())

    assert len(statements) == len(statements.counts()) == 1


def test_count_that_grew_over_the_threshold_is_kept(twin: Twin) -> None:
    add_essays(2)
    twin.count(Essay.threshold.all())
    add_essays(1)
    twin.count(Essay.threshold.all())

    info = twin.info(Essay.threshold.all())

    assert (info.value, info.source) == (3, "cache")


@pytest.mark.parametrize("resolvers", [["cache", "exact"], ["stored", "exact"]])
def test_one_tier_alone_answers(
    resolvers: list[str], twin: Twin, settings: Settings
) -> None:
    settings.FAST_COUNT_RESOLVERS = resolvers
    add_essays(2)
    twin.count(Essay.objects.all())

    info = twin.info(Essay.objects.all())

    assert (info.value, info.source) == (2, resolvers[0])
    assert FastCount.objects.exists() is ("stored" in resolvers)


def test_cache_that_keeps_nothing_leaves_the_answer_to_the_table(
    twin: Twin, settings: Settings
) -> None:
    settings.FAST_COUNT_CACHE = {"BACKEND": "django", "OPTIONS": {"alias": "dummy"}}
    add_essays(2)
    twin.count(Essay.objects.all())

    info = twin.info(Essay.objects.all())

    assert (info.value, info.source) == (2, "stored")


def test_table_as_the_only_store_holds_counts_and_no_lock(
    twin: Twin, settings: Settings
) -> None:
    settings.FAST_COUNT_CACHE = "table"
    settings.FAST_COUNT_RESOLVERS = ["cache", "exact"]
    add_essays(2)

    counted = [twin.info(Essay.objects.all()) for _ in range(2)]

    assert [(info.value, info.source) for info in counted] == [
        (2, "exact"),
        (2, "cache"),
    ]
    assert FastCount.objects.get().count == 2


def test_lock_in_the_table_is_not_left_to_a_transaction_of_another_database(
    twin: Twin, settings: Settings
) -> None:
    """Others would wait for the caller's COMMIT before they could count."""
    settings.FAST_COUNT_CACHE = "table"
    add_essays(2, using="other")

    with transaction.atomic(), watched() as statements:
        counted = twin.count(Essay.objects.using("other"))

    assert counted == 2
    assert [sql for sql in statements.on(FastCount) if "INSERT" in sql] == []


def test_lock_is_asked_for_where_others_hold_it_not_remembered(
    settings: Settings,
) -> None:
    settings.FAST_COUNT_CACHE = {
        "BACKEND": "memory",
        "OPTIONS": {"behind": {"BACKEND": "django", "OPTIONS": {"alias": "locmem"}}},
    }
    store, elsewhere = chain_for(Essay.objects.policy).shared, DjangoCache("locmem")
    key, token = flight_lock(Essay.objects.all()), lock.new_token()
    lock.acquire(elsewhere, key, token, 30.0)
    held = lock.is_held(store, key)

    lock.release(elsewhere, key, token)

    assert held
    assert not lock.is_held(store, key)


def test_row_of_a_kept_count_tells_what_it_is(twin: Twin) -> None:
    add_books(2, flag=True)
    flagged = Book.objects.filter(flag=True)

    twin.count(flagged)

    row = FastCount.objects.get()
    assert row.content_type == ContentType.objects.get_for_model(Book)
    assert row.manager_name == "objects"
    assert row.queryset_hash == key_of(flagged).digest
    assert len(row.queryset_hash) == 32
    assert (row.count, row.is_precached) == (2, False)
    assert row.last_updated < row.expires_at
