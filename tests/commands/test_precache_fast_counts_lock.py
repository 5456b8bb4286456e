"""precache_fast_counts: one run at a time, unless forced."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django_reckon.ground import clock
from django_reckon.models import PrecacheRun
from tests.commands.runs import BOOK, lease_of, run
from tests.support.database import committing
from tests.support.twins import SYNC
from tests.testapp.models import Book

if TYPE_CHECKING:
    from tests.support.clock import FakeClock

pytestmark = committing


def test_manager_that_another_run_is_at_is_skipped(books: None) -> None:
    lease_of().take(every=0, seconds=600.0)

    done = run(BOOK)

    assert done.status == 0
    assert "  skipped: another run is at it; use --force" in done.out
    assert SYNC.info(Book.objects).source == "exact"


def test_other_managers_are_not_skipped(books: None) -> None:
    lease_of().take(every=0, seconds=600.0)

    objects, rarely = run("--json", BOOK).reports

    assert objects["skipped"] is not None
    assert rarely["skipped"] is None


def test_skipped_manager_is_in_the_json(books: None) -> None:
    lease_of().take(every=0, seconds=600.0)

    (report,) = run("--json", BOOK, "--manager", "objects").reports

    assert report["results"] == []
    assert "another run is at it" in report["skipped"]


def test_skipped_run_leaves_the_lock_to_its_owner(books: None) -> None:
    lease = lease_of()
    lease.take(every=0, seconds=600.0)

    run(BOOK)

    assert lease.take(every=0, seconds=600.0) is None


def test_force_runs_all_the_same(books: None) -> None:
    lease_of().take(every=0, seconds=600.0)

    (report,) = run("--json", "--force", BOOK, "--manager", "objects").reports

    assert report["skipped"] is None
    assert SYNC.info(Book.objects).source == "cache"


def test_lock_of_a_dead_run_falls_free(books: None, fake_clock: FakeClock) -> None:
    lease_of().take(every=0, seconds=600.0)
    fake_clock.advance(601)

    (report,) = run("--json", BOOK, "--manager", "objects").reports

    assert report["skipped"] is None


def test_lock_is_free_after_therun(books: None) -> None:
    run(BOOK)

    assert lease_of().take(every=0, seconds=600.0) is not None


def test_command_may_run_again_at_once(books: None) -> None:
    run(BOOK)

    assert all(each["skipped"] is None for each in run("--json", BOOK).reports)


def test_lock_in_another_database_is_another(books: None) -> None:
    lease_of().take(every=0, seconds=600.0)

    done = run("--json", "--database", "other", BOOK, "--manager", "objects")

    assert done.reports[0]["skipped"] is None


def test_force_runs_although_the_latest_run_lies_in_the_future(books: None) -> None:
    """As it does once a host's clock was wrong."""
    lease_of().take(every=0, seconds=600.0)
    tomorrow = clock.column_time(clock.now()) + dt.timedelta(days=1)
    PrecacheRun.objects.update(started_at=tomorrow, owner=None, lease_until=None)

    (report,) = run("--json", "--force", BOOK, "--manager", "objects").reports

    assert report["skipped"] is None


def test_token_runs_under_the_lock_taken_for_it(books: None) -> None:
    """So does a background process, whose lock its starter took."""
    token = lease_of().take(every=0, seconds=600.0)

    (report,) = run(
        "--json", f"--lock-token={token}", BOOK, "--manager", "objects"
    ).reports

    assert report["skipped"] is None
    assert lease_of().take(every=0, seconds=600.0) is not None


def test_token_that_owns_nothing_frees_nothing(books: None) -> None:
    token = lease_of().take(every=0, seconds=600.0)
    assert token is not None

    run(f"--lock-token={token + 1}", BOOK, "--manager", "objects")

    assert lease_of().take(every=0, seconds=600.0) is None
