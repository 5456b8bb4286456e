"""A cache in the database, whose statements are those of the caller's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction

from tests.support.database import committing
from tests.support.statements import watched
from tests.support.world import add_books, add_essays
from tests.testapp.models import Book, Essay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

    from tests.support.twins import Twin

pytestmark = committing

TABLE: Final = "testapp_cache"


def _caches(settings: Settings, table: str) -> dict[str, Any]:
    backend = "django.core.cache.backends.db.DatabaseCache"
    return {**settings.CACHES, "default": {"BACKEND": backend, "LOCATION": table}}


@pytest.fixture
def _database_cache(settings: Settings) -> Iterator[None]:
    settings.CACHES = _caches(settings, TABLE)
    call_command("createcachetable", TABLE, verbosity=0)
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}")


@pytest.mark.usefixtures("_database_cache")
def test_count_kept_in_a_database_cache_answers(twin: Twin) -> None:
    add_essays(2)
    twin.count(Essay.objects.all())

    with watched() as statements:
        info = twin.info(Essay.objects.all())

    assert (info.value, info.source) == (2, "cache")
    assert len(statements) == 1


@pytest.mark.usefixtures("_database_cache")
def test_rolled_back_count_is_not_kept_in_a_database_cache(twin: Twin) -> None:
    with transaction.atomic():
        add_essays(2)
        twin.count(Essay.objects.all())
        transaction.set_rollback(True)

    assert twin.count(Essay.objects.all()) == 0


@pytest.mark.usefixtures("_database_cache")
def test_table_hit_in_a_transaction_locks_no_row_of_a_database_cache(
    twin: Twin,
) -> None:
    """Whoever wrote the same key would wait for the caller's COMMIT."""
    add_essays(2)
    twin.count(Essay.objects.all())
    cache.clear()

    with transaction.atomic(), watched() as statements:
        info = twin.info(Essay.objects.all())

    writes = [
        sql
        for sql in statements.sql
        if TABLE in sql and sql.startswith(("INSERT", "UPDATE"))
    ]
    assert (info.value, info.source, writes) == (2, "stored", [])


def test_database_cache_without_its_table_leaves_the_transaction_usable(
    twin: Twin, settings: Settings
) -> None:
    settings.CACHES = _caches(settings, "no_such_table")
    add_essays(2)

    with transaction.atomic():
        add_books(1)
        inside = twin.count(Essay.objects.all())
        add_books(2)

    assert inside == 2
    assert len(Book.objects.all()) == 3
