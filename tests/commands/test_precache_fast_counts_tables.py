"""precache_fast_counts: before `migrate`, it does without what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from django_reckon.models import FastCount, PrecacheRun
from tests.commands.runs import BOOK, lease_of, run
from tests.support.database import committing
from tests.support.tables import without_table
from tests.support.twins import SYNC
from tests.testapp.models import Author, Book

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = committing


@pytest.fixture
def missing(books: None) -> Iterator[None]:
    """Take the table of counts away."""
    with without_table(FastCount):
        yield


def test_counts_are_made_and_cached(missing: None) -> None:
    done = run("--json", BOOK, "--manager", "objects")

    assert done.status == 0
    assert [each["count"] for each in done.reports[0]["results"]] == [3, 2, 1]
    assert SYNC.info(Book.objects).source == "cache"


def test_summary_says_that_nothing_was_purged(missing: None) -> None:
    assert "the table of counts could not be purged." in run(BOOK).out


def test_transaction_around_the_command_survives(missing: None) -> None:
    with transaction.atomic():
        run(BOOK)
        counted = Author.objects.count()

    assert counted == 1


def test_cache_holds_the_lock_where_its_table_is_missing(books: None) -> None:
    with without_table(PrecacheRun):
        lease_of().take(every=0, seconds=600.0)

        skipped = run("--json", BOOK, "--manager", "objects").reports
        forced = run("--json", "--force", BOOK, "--manager", "objects").reports

    assert skipped[0]["skipped"] is not None
    assert forced[0]["skipped"] is None
