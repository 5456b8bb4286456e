"""updatepending does what the strategy "background" has left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from django_reckon.models import PendingUpdate, background_updates, deferred_updates
from tests.commands.computed import call
from tests.computedapp.corners import Circuit, Fuse
from tests.computedapp.models import Country
from tests.integration.computed.shop import Shop
from tests.support.database import committing
from tests.support.drift import drifted
from tests.support.tables import without_table

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = committing


@pytest.fixture(autouse=True)
def _nobody(settings: Settings) -> None:
    settings.COMPUTEDFIELDS_DISPATCHER = (
        "django_reckon.testing.RecordingUpdateDispatcher"
    )


def leave(shop: Shop) -> int:
    """Leave something on the shop's database; return how many entries."""
    with background_updates():
        shop.all(Country).update(code="XX")
    return PendingUpdate.objects.using(shop.alias).count()


def leave_a_failure() -> int:
    """Leave what fails; return its key."""
    with deferred_updates():
        circuit = Circuit.objects.create(name="c")
    with background_updates():
        Fuse.objects.create(text="trip", circuit=circuit)
    return PendingUpdate.objects.latest("pk").pk


def test_what_is_pending_is_done_in_every_database() -> None:
    here, there = leave(Shop()), leave(Shop("other"))

    made = call("updatepending")

    lines = made.out.splitlines()
    assert lines[0].startswith(f"default: {here} pending done, ")
    assert lines[1].startswith(f"other: {there} pending done, ")
    assert lines[0].endswith(", 0 failed")
    assert made.status == 0
    assert drifted() == drifted(using="other") == []


def test_one_database_can_be_named() -> None:
    leave(Shop())
    leave(Shop("other"))

    made = call("updatepending", "--database", "other")

    assert [line.partition(":")[0] for line in made.out.splitlines()] == ["other"]
    assert drifted(using="other") == []
    assert drifted() != []


def test_nothing_pending_is_told_too() -> None:
    made = call("updatepending", "--database", "default")

    assert made.out == "default: 0 pending done, 0 rows read, 0 written, 0 failed\n"
    assert made.status == 0


def test_failure_is_told_by_its_row_and_stays() -> None:
    entry = leave_a_failure()

    made = call("updatepending", "--database", "default")

    assert made.status == 1
    assert "1 failed" in made.out
    assert f"{entry} (computedapp.Circuit): ResolutionError: " in made.err
    assert "failed: 1" in made.failure
    assert PendingUpdate.objects.filter(pk=entry, attempts=1).exists()


def test_machines_read_one_object_for_each_database() -> None:
    entries, failing = leave(Shop()), leave_a_failure()

    made = call("updatepending", "--json", "--database", "default")

    [report] = made.reports
    [failure] = report.pop("failures")
    assert (failure["entry"], failure["target"]) == (failing, "computedapp.Circuit")
    assert "trip" in failure["error"]
    assert report.pop("read") >= report.pop("written") > 0
    assert report == {"database": "default", "entries": entries}
    assert made.err == ""


def test_progress_is_shown_entry_by_entry() -> None:
    leave(Shop())

    made = call("updatepending", "--progress")

    assert made.status == 0
    assert drifted() == []


def test_unknown_database_is_named() -> None:
    made = call("updatepending", "--database", "othr")

    assert made.status == 1
    assert "Did you mean 'other'?" in made.failure


def test_missing_table_is_told_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "django_reckon.management.scope.router.allow_migrate_model", lambda *_: False
    )
    with without_table(PendingUpdate):
        made = call("updatepending", "--database", "default")

    assert made.status == 1
    assert "migrate django_reckon --database default" in made.failure
