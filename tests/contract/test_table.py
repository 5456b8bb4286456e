"""TableCache, in the database under test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connections
from typing_extensions import override

from django_reckon.counts.caches.table import TableCache
from django_reckon.models import FastCount
from django_reckon.testing import CountCacheContract
from tests.support.database import committing
from tests.support.tables import without_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django_reckon.protocols import CountCache

pytestmark = committing


class TestTableCache(CountCacheContract):
    @override
    def make_store(self) -> CountCache:
        return TableCache()

    @override
    def close_thread(self) -> None:
        connections.close_all()


class TestTableCacheOfAProxy(TestTableCache):
    """A proxy has a content type of its own, which migrate may not have made."""

    model = "testapp.LongBook"


@pytest.fixture
def missing_table() -> Iterator[None]:
    with without_table(FastCount):
        yield


@pytest.mark.usefixtures("missing_table")
def test_table_that_is_missing_raises_backend_error_only() -> None:
    class Missing(CountCacheContract):
        @override
        def make_broken_store(self) -> CountCache:
            return TableCache()

    Missing().test_a_server_that_is_down_raises_backend_error_only()
