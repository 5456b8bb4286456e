"""The resolver "stored"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from django_reckon.counts.caches.guard import Guard
from django_reckon.counts.caches.table import TableCache
from django_reckon.counts.resolvers.kept import KeptCounts
from django_reckon.models import FastCount
from django_reckon.testing import CountResolverContract
from tests.support.database import committing
from tests.support.tables import without_table

if TYPE_CHECKING:
    from django_reckon.protocols import CountResolver

pytestmark = committing


class TestStoredResolver(CountResolverContract):
    keeps = True

    @override
    def make_resolver(self) -> CountResolver:
        return KeptCounts("stored", Guard(TableCache()))


class TestStoredResolverWithoutItsTable(CountResolverContract):
    @override
    def make_resolver(self) -> CountResolver:
        return KeptCounts("stored", Guard(TableCache()))

    @override
    def make_broken_resolver(self) -> CountResolver:
        return self.make_resolver()

    @override
    def test_a_broken_store_is_no_answer_and_no_error(self) -> None:
        with without_table(FastCount):
            super().test_a_broken_store_is_no_answer_and_no_error()
