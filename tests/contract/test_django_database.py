"""DjangoCache over Django's database cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection, connections
from typing_extensions import override

from django_reckon.counts.caches.django import DjangoCache
from django_reckon.testing import CountCacheContract
from tests.support.database import committing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

    from django_reckon.protocols import CountCache

pytestmark = committing

TABLE = "testapp_cache"
BACKEND = "django.core.cache.backends.db.DatabaseCache"


@pytest.fixture(autouse=True)
def database_cache(settings: Settings) -> Iterator[None]:
    """Add a cache whose table is there and one whose table is missing."""
    settings.CACHES = {
        **settings.CACHES,
        "database": {"BACKEND": BACKEND, "LOCATION": TABLE},
        "down": {"BACKEND": BACKEND, "LOCATION": "no_such_table"},
    }
    # Creates the tables of all database caches, so the other must not be there yet.
    call_command("createcachetable", TABLE, verbosity=0)
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}")


class TestDjangoCacheOverTheDatabase(CountCacheContract):
    @override
    def make_store(self) -> CountCache:
        caches["database"].clear()
        return DjangoCache("database")

    @override
    def make_broken_store(self) -> CountCache:
        return DjangoCache("down")

    @override
    def close_thread(self) -> None:
        connections.close_all()
