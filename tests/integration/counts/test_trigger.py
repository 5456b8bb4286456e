"""count() notices that precaching is due, and has it done once."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction
from django.test import TestCase

from django_reckon.counts import precache, trigger
from django_reckon.models import FastCount, PrecacheRun
from django_reckon.testing import RecordingDispatcher
from tests.support.database import committing
from tests.support.statements import Statements, watched
from tests.support.twins import ASYNC, SYNC
from tests.support.world import add_visits
from tests.testapp.models import Leaflet, Ticket, Visit

if TYPE_CHECKING:
    from pytest_django import Settings

    from tests.support.clock import FakeClock
    from tests.support.twins import Twin

RECORDING = "tests.support.stores.RecordingDispatcher"


@pytest.fixture(autouse=True)
def _recording(settings: Settings) -> None:
    settings.FAST_COUNT_DISPATCHER = RECORDING
    # The fake clock moves this one along.
    settings.FAST_COUNT_CACHE = {"BACKEND": "django", "OPTIONS": {"alias": "locmem"}}


def jobs() -> list[tuple[str, str, str]]:
    return [(job.model, job.manager, job.database) for job in RecordingDispatcher.jobs]


def finish() -> None:
    """Do what the worker of the latest job does at its end."""
    precache.give_back(RecordingDispatcher.jobs[-1])


VISITS = ("testapp.Visit", "objects", "default")


@committing
class TestDue:
    def test_first_count_has_the_manager_precached(self, twin: Twin) -> None:
        twin.count(Visit.objects.all())

        assert jobs() == [VISITS]

    def test_filtered_count_has_the_same_manager_precached(self, twin: Twin) -> None:
        twin.count(Visit.objects.filter(page="away"))

        assert jobs() == [VISITS]

    def test_method_alone_has_the_manager_precached(self, twin: Twin) -> None:
        twin.trigger(Visit.objects)

        assert jobs() == [VISITS]

    def test_method_of_a_queryset_has_its_database_precached(self, twin: Twin) -> None:
        twin.trigger(Visit.objects.using("other"))

        assert jobs() == [("testapp.Visit", "objects", "other")]

    def test_period_of_each_database_is_its_own(self, twin: Twin) -> None:
        for alias in ("default", "other", "default", "other"):
            twin.count(Visit.objects.using(alias))

        assert jobs() == [VISITS, ("testapp.Visit", "objects", "other")]

    def test_many_counts_within_a_period_start_one_run(
        self, twin: Twin, fake_clock: FakeClock
    ) -> None:
        twin.count(Visit.objects.all())
        finish()
        for _ in range(5):
            fake_clock.advance(59.0 / 5)
            twin.count(Visit.objects.all())

        assert jobs() == [VISITS]

    def test_many_counts_of_other_processes_start_no_second_run(
        self, twin: Twin, fake_clock: FakeClock
    ) -> None:
        """Another process remembers nothing of ours but what the stores say."""
        twin.count(Visit.objects.all())
        finish()
        for _ in range(5):
            trigger.wake()
            twin.count(Visit.objects.all())

        assert jobs() == [VISITS]

    def test_next_period_starts_the_next_run(
        self, twin: Twin, fake_clock: FakeClock
    ) -> None:
        twin.count(Visit.objects.all())
        finish()
        fake_clock.advance(61.0)

        twin.count(Visit.objects.all())

        assert jobs() == [VISITS, VISITS]

    def test_run_that_is_not_over_is_not_joined_by_another(
        self, twin: Twin, fake_clock: FakeClock
    ) -> None:
        twin.count(Visit.objects.all())
        fake_clock.advance(120.0)

        twin.count(Visit.objects.all())

        assert jobs() == [VISITS]

    def test_run_that_died_is_followed_by_another_after_its_timeout(
        self, twin: Twin, fake_clock: FakeClock
    ) -> None:
        twin.count(Visit.objects.all())
        fake_clock.advance(302.0)

        twin.count(Visit.objects.all())

        assert jobs() == [VISITS, VISITS]

    def test_hit_within_the_period_asks_no_store_about_it(
        self, twin: Twin, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """One round trip a hit, not two."""
        add_visits(2)
        twin.precache(Visit.objects)
        twin.count(Visit.objects.all())
        asked: list[object] = []
        monkeypatch.setattr(
            "django_reckon.counts.lease.Lease.due_at",
            lambda *args: asked.append(args),
        )

        with watched() as statements:
            twin.count(Visit.objects.all())

        assert (asked, statements.sql) == ([], [])

    def test_manager_with_disabled_precaching_starts_nothing(self, twin: Twin) -> None:
        twin.count(Visit.others.all())
        twin.trigger(Visit.others)

        assert jobs() == []

    def test_precaching_itself_starts_nothing(self, twin: Twin) -> None:
        twin.precache(Visit.objects)

        assert jobs() == []

    def test_process_that_precaches_starts_nothing(
        self, twin: Twin, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(precache.CHILD, "1")

        twin.count(Visit.objects.all())

        assert jobs() == []

    def test_model_without_a_fast_manager_starts_nothing(self, twin: Twin) -> None:
        """Nobody could precache it: there is no manager to name to a worker."""
        twin.count(Leaflet.objects.all())

        assert jobs() == []

    def test_inline_dispatcher_precaches_before_the_count_returns(
        self, twin: Twin
    ) -> None:
        Ticket.objects.bulk_create([Ticket(open=True), Ticket(open=False)])

        info = twin.info(Ticket.objects.filter(open=True))

        assert (info.value, info.source) == (1, "cache")
        assert FastCount.objects.filter(is_precached=True).count() == 2
        assert PrecacheRun.objects.get().owner is None


@committing
class TestForcedInline:
    @pytest.mark.parametrize("value", ["1", "true", "True", "TRUE"])
    def test_environment_forces_the_work_into_this_process(
        self, value: str, twin: Twin, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DJANGO_FAST_COUNT_FORCE_SYNC_PRECACHE", value)
        add_visits(2)

        twin.count(Visit.objects.all())

        assert jobs() == []
        assert FastCount.objects.filter(is_precached=True).count() == 2

    @pytest.mark.parametrize("value", ["0", "", "false", "no"])
    def test_other_values_force_nothing(
        self, value: str, twin: Twin, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DJANGO_FAST_COUNT_FORCE_SYNC_PRECACHE", value)

        twin.count(Visit.objects.all())

        assert jobs() == [VISITS]


@committing
class TestTransactions:
    def test_nothing_starts_before_the_commit(self, twin: Twin) -> None:
        with transaction.atomic():
            twin.count(Visit.objects.all())
            inside = jobs()

        assert (inside, jobs()) == ([], [VISITS])

    def test_nothing_starts_after_a_rollback(self, twin: Twin) -> None:
        with transaction.atomic():
            twin.count(Visit.objects.all())
            transaction.set_rollback(True)

        assert jobs() == []

    def test_count_after_a_rollback_starts_what_is_still_due(self, twin: Twin) -> None:
        with transaction.atomic():
            twin.count(Visit.objects.all())
            transaction.set_rollback(True)

        twin.count(Visit.objects.all())

        assert jobs() == [VISITS]

    def test_nothing_starts_with_autocommit_off(self, twin: Twin) -> None:
        transaction.set_autocommit(False)
        try:
            twin.count(Visit.objects.all())
            transaction.commit()
        finally:
            transaction.set_autocommit(True)

        assert jobs() == []

    def test_transaction_of_another_database_holds_no_lock_of_ours(
        self, twin: Twin
    ) -> None:
        """Counted is in `other`, but the lock's row is in the caller's transaction."""
        writes = Statements()

        with transaction.atomic(), connection.execute_wrapper(writes):
            twin.count(Visit.objects.using("other"))

        locks = [sql for sql in writes.on(PrecacheRun) if not sql.startswith("SELECT")]
        assert locks == []

    def test_rollback_of_another_database_starts_nothing_unlocked(
        self, twin: Twin
    ) -> None:
        """A run whose lock is rolled back may meet a second one."""
        with transaction.atomic():
            twin.count(Visit.objects.using("other"))
            transaction.set_rollback(True)

        assert len(jobs()) == PrecacheRun.objects.count()


@committing
class TestFailing:
    def test_dispatcher_that_fails_harms_no_count(
        self, twin: Twin, settings: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.FAST_COUNT_DISPATCHER = "tests.support.stores.Refusing"
        add_visits(2)

        with caplog.at_level(logging.ERROR, logger="django_reckon"):
            counted = twin.count(Visit.objects.all())

        assert counted == 2
        assert "testapp.Visit" in caplog.text

    def test_dispatcher_that_fails_leaves_no_lock_behind(
        self, twin: Twin, settings: Settings
    ) -> None:
        settings.FAST_COUNT_DISPATCHER = "tests.support.stores.Refusing"

        twin.count(Visit.objects.all())

        lease = precache.lease("testapp.Visit", "default", Visit.objects.policy)
        assert lease.take(every=0.0, seconds=10.0) is not None

    def test_dispatcher_that_fails_is_not_asked_at_every_count(
        self, twin: Twin, settings: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.FAST_COUNT_DISPATCHER = "tests.support.stores.Refusing"

        with caplog.at_level(logging.ERROR, logger="django_reckon"):
            for _ in range(3):
                twin.count(Visit.objects.all())

        assert len(caplog.records) == 1

    def test_dispatcher_that_cannot_be_loaded_harms_no_count(
        self, twin: Twin, settings: Settings
    ) -> None:
        settings.FAST_COUNT_DISPATCHER = "no.such.Dispatcher"
        add_visits(2)

        assert twin.count(Visit.objects.all()) == 2


class TestInsideTestCase(TestCase):
    """A TestCase never commits: nothing may run beside it, nothing be kept."""

    def test_count_starts_no_background_work(self) -> None:
        counted = [twin.count(Visit.objects.all()) for twin in (SYNC, ASYNC)]

        assert counted == [0, 0]
        assert jobs() == []
        assert connection.run_on_commit == []

    def test_count_is_right_and_kept_by_nobody(self) -> None:
        add_visits(2)

        SYNC.count(Visit.others.all())
        add_visits(1)

        assert SYNC.count(Visit.others.all()) == 3

    def test_captured_callbacks_keep_no_count_of_rows_the_test_wrote(self) -> None:
        add_visits(2)

        with self.captureOnCommitCallbacks(execute=True):
            SYNC.count(Visit.others.all())

        assert SYNC.info(Visit.others.all()).source == "exact"

    def test_captured_callbacks_start_no_background_work(self) -> None:
        with self.captureOnCommitCallbacks(execute=True) as callbacks:
            SYNC.count(Visit.objects.all())

        assert (callbacks, jobs()) == ([], [])

    def test_nested_atomic_of_a_test_case_starts_no_background_work(self) -> None:
        with transaction.atomic():
            SYNC.count(Visit.objects.all())

        assert jobs() == []
