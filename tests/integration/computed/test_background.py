"""Refreshes that somebody else does after the COMMIT."""

from __future__ import annotations

import contextvars
from typing import TYPE_CHECKING, Final

import django
import pytest
from asgiref.sync import async_to_sync
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from django_reckon.computed.outbox.draining import MOST_ATTEMPTS
from django_reckon.exceptions import ConfigurationError
from django_reckon.models import (
    PendingUpdate,
    aupdate_pending,
    background_updates,
    deferred_updates,
    flush,
    not_computed,
    update_pending,
)
from django_reckon.testing import RecordingUpdateDispatcher
from tests.computedapp.corners import Circuit, Fuse
from tests.computedapp.models import (
    Chair,
    Copy,
    Country,
    Hall,
    Note,
    Shelf,
    Ticket,
    Title,
)
from tests.integration.computed.blocks import failing, undone
from tests.integration.computed.shop import Shop
from tests.support.database import committing
from tests.support.drift import drifted
from tests.support.statements import is_update, watched
from tests.support.tables import without_table
from tests.support.workers import join_threads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

    from tests.support.acting import Act

pytestmark = committing

FRAMEWORK: Final = "django.tasks" if django.VERSION >= (6, 0) else "django_tasks"
# What was dispatched by a dispatcher that never comes to it.
asked: Final = RecordingUpdateDispatcher.aliases


class Refusing:
    """A dispatcher whose queue is down."""

    def dispatch(self, alias: str) -> None:
        """Raise."""
        raise ConnectionError(alias)


@pytest.fixture(autouse=True)
def _background(shop: Shop, settings: Settings) -> Iterator[None]:
    settings.COMPUTEDFIELDS_DISPATCHER = (
        "django_reckon.testing.RecordingUpdateDispatcher"
    )
    asked.clear()
    with background_updates():
        yield


def _write(act: Act, shop: Shop) -> None:
    act(shop.all(Country), "update", code="XX")
    act(shop.all(Copy), "bulk_create", [Copy(title=shop.bob, shelf=shop.right)])
    act(shop.one, "delete")
    act(shop.blue.titles, "set", [shop.cyd])
    act(Note.objects.filter(pk=shop.note.pk), "update", object_id=shop.bob.pk)
    act(shop.all(Ticket), "update", day=77)


def test_write_is_refreshed_by_whoever_comes_later(shop: Shop, act: Act) -> None:
    _write(act, shop)
    before = drifted()

    report = update_pending()

    assert before != []
    assert drifted() == []
    assert report.entries > 0
    assert report.failures == []
    assert report.read >= report.written > 0
    assert not PendingUpdate.objects.exists()


def test_write_itself_computes_nothing_of_other_rows(shop: Shop) -> None:
    with watched() as statements:
        Copy.objects.filter(pk=shop.one.pk).update(price=50)

    assert statements.on(Shelf) == []
    assert [sql for sql in statements.on(Title) if is_update(sql)] == []


def test_own_fields_are_saved_along(shop: Shop, act: Act) -> None:
    shop.left.label = "renamed"
    act(shop.left, "save")

    assert shop.row(shop.left).upper == "RENAMED"


def test_reader_sees_the_old_value_and_the_instance_keeps_it(shop: Shop) -> None:
    old = shop.row(shop.left).total
    with transaction.atomic():
        Copy.objects.filter(pk=shop.one.pk).update(price=50)
        assert shop.row(shop.left).total == old
    shop.ada.name = "Eve"
    shop.ada.save()

    assert shop.row(shop.left).total == old


def test_transaction_leaves_its_work_merged(shop: Shop, act: Act) -> None:
    with transaction.atomic():
        for price in range(5):
            act(Copy.objects.filter(pk=shop.one.pk), "update", price=price)
    few = PendingUpdate.objects.count()
    PendingUpdate.objects.all().delete()

    act(Copy.objects.filter(pk=shop.one.pk), "update", price=9)

    assert PendingUpdate.objects.count() == few
    assert asked == ["default"] * 2


def test_rolled_back_write_leaves_nothing(shop: Shop, act: Act) -> None:
    with undone():
        act(shop.all(Country), "update", code="XX")

    assert not PendingUpdate.objects.exists()
    assert asked == []


def test_undone_savepoint_leaves_nothing_of_its_own(shop: Shop, act: Act) -> None:
    with transaction.atomic():
        act(Copy.objects.filter(pk=shop.one.pk), "update", price=50)
        with undone():
            act(shop.all(Country), "update", code="XX")

    targets = set(PendingUpdate.objects.values_list("target", flat=True))
    assert "computedapp.Title" not in targets
    update_pending()
    assert drifted() == []


def test_write_that_moves_nobody_leaves_nothing(shop: Shop) -> None:
    Country.objects.filter(code="no such").update(code="XX")

    assert not PendingUpdate.objects.exists()


def test_flush_does_it_in_the_transaction(shop: Shop, act: Act) -> None:
    with transaction.atomic():
        _write(act, shop)
        flush()
        assert drifted() == []

    assert not PendingUpdate.objects.exists()
    assert drifted() == []


def test_flush_in_an_undone_savepoint_leaves_the_work(shop: Shop, act: Act) -> None:
    with transaction.atomic():
        act(shop.all(Country), "update", code="XX")
        with undone():
            flush()
            assert shop.row(shop.ada).line == "Ada (Oak, XX)"

    assert shop.row(shop.ada).line == "Ada (Oak, HE)"
    update_pending()
    assert drifted() == []


def test_recovery_is_left_for_later_too(shop: Shop, act: Act) -> None:
    with not_computed(recover=True):
        _write(act, shop)

    assert drifted() != []
    update_pending()
    assert drifted() == []


def test_block_inside_refreshes_in_its_own_way(shop: Shop, act: Act) -> None:
    with transaction.atomic():
        with deferred_updates():
            act(Copy.objects.filter(pk=shop.one.pk), "update", price=50)
        act(shop.all(Country), "update", code="XX")

    fields = {each.field for each in drifted()}
    assert "computedapp.Shelf.total" not in fields
    assert "computedapp.Title.line" in fields
    update_pending()
    assert drifted() == []


def test_what_is_due_of_many_rows_is_done_in_parts(
    shop: Shop, settings: Settings
) -> None:
    settings.COMPUTEDFIELDS_QUERYSIZE = 3
    with transaction.atomic():
        for number in range(10):
            shelf = Shelf.objects.create(label=str(number))
            Copy.objects.create(title=shop.ada, shelf=shelf, price=1)
    sizes = set(PendingUpdate.objects.values_list("size", flat=True))

    report = update_pending()

    assert max(sizes) == 3
    assert report.entries > 3
    assert drifted() == []


def test_keys_of_every_kind_come_back(shop: Shop, act: Act) -> None:
    """Composite keys, another model's in a generic relation, a parent's row."""
    act(shop.all(Hall), "update", name="moved")
    act(shop.all(Chair), "update", broken=True)
    act(shop.all(Ticket), "update", seat=77)
    act(shop.all(Note), "update", text="moved")
    assert PendingUpdate.objects.exists()

    update_pending()

    assert drifted() == []


def _leave_a_failure() -> None:
    """Leave work that fails, and work that does not."""
    with deferred_updates():
        circuit = Circuit.objects.create(name="c")
    Fuse.objects.create(text="trip", circuit=circuit)
    Country.objects.update(code="XX")


def test_failing_update_stays_and_keeps_no_other_from_being_done(shop: Shop) -> None:
    _leave_a_failure()

    report = update_pending()

    [failure] = report.failures
    assert failure.target == "computedapp.Circuit"
    assert "strength" in failure.error
    assert shop.row(shop.ada).line == "Ada (Oak, XX)"
    [entry] = PendingUpdate.objects.all()
    assert (entry.pk, entry.attempts) == (failure.entry, 1)
    assert "strength" in entry.error


def test_failed_update_is_done_when_its_cause_is_gone(shop: Shop) -> None:
    _leave_a_failure()
    update_pending()
    with not_computed():
        Fuse.objects.update(text="fine")

    report = update_pending()

    assert report.failures == []
    assert not PendingUpdate.objects.exists()
    assert drifted() == []


def test_update_that_fails_for_ever_is_left_to_the_command(
    shop: Shop, settings: Settings
) -> None:
    _leave_a_failure()
    for _ in range(MOST_ATTEMPTS):
        update_pending()
    settings.COMPUTEDFIELDS_DISPATCHER = "inline"

    Country.objects.update(code="YY")

    [entry] = PendingUpdate.objects.all()
    assert entry.attempts == MOST_ATTEMPTS
    assert shop.row(shop.ada).line == "Ada (Oak, YY)"
    with pytest.raises(CommandError, match="failed: 1"):
        call_command("updatepending")


def test_failing_update_in_a_transaction_of_the_caller_leaves_it_usable(
    shop: Shop,
) -> None:
    _leave_a_failure()

    with transaction.atomic():
        report = update_pending()
        Shelf.objects.create(label="after")

    assert len(report.failures) == 1
    assert Shelf.objects.filter(label="after").exists()


def test_pending_update_of_a_model_that_is_gone_is_dropped(shop: Shop) -> None:
    Country.objects.update(code="XX")
    PendingUpdate.objects.update(target="computedapp.Gone")

    report = update_pending()

    assert report.failures == []
    assert not PendingUpdate.objects.exists()


def test_pending_update_of_a_field_that_is_gone_is_dropped(shop: Shop) -> None:
    Country.objects.update(code="XX")
    PendingUpdate.objects.update(fields=["gone"])

    assert update_pending().failures == []
    assert not PendingUpdate.objects.exists()


def test_missing_table_is_named_with_the_remedy(shop: Shop) -> None:
    with (
        without_table(PendingUpdate),
        failing(ConfigurationError, match="migrate django_reckon"),
    ):
        Country.objects.update(code="XX")

    assert shop.row(shop.here).code == "HE"


def test_missing_table_does_not_make_draining_run_for_ever(shop: Shop) -> None:
    with without_table(PendingUpdate), pytest.raises(DatabaseError):
        update_pending()


def test_dispatcher_that_is_down_does_not_harm_the_write(
    shop: Shop, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.COMPUTEDFIELDS_DISPATCHER = f"{__name__}.Refusing"

    Country.objects.update(code="XX")

    assert "updatepending" in caplog.text
    assert PendingUpdate.objects.exists()


def test_dispatcher_inline_has_done_it_when_the_write_returns(
    shop: Shop, act: Act, settings: Settings
) -> None:
    settings.COMPUTEDFIELDS_DISPATCHER = "inline"

    _write(act, shop)

    assert drifted() == []
    assert not PendingUpdate.objects.exists()


def test_dispatcher_thread_does_it_soon(shop: Shop, settings: Settings) -> None:
    settings.COMPUTEDFIELDS_DISPATCHER = "thread"

    for code in ("AA", "BB", "CC"):
        Country.objects.update(code=code)
        Copy.objects.filter(pk=shop.one.pk).update(price=len(code))
    join_threads("update ")

    assert drifted() == []
    assert not PendingUpdate.objects.exists()


def test_dispatcher_tasks_enqueues_for_a_worker(shop: Shop, settings: Settings) -> None:
    pytest.importorskip(FRAMEWORK)
    backend = f"{FRAMEWORK}.backends.immediate.ImmediateBackend"
    settings.TASKS = {"default": {"BACKEND": backend}}
    settings.COMPUTEDFIELDS_DISPATCHER = "tasks"

    Country.objects.update(code="XX")

    assert drifted() == []
    assert not PendingUpdate.objects.exists()


def test_each_database_keeps_its_own(act: Act) -> None:
    there = Shop("other")
    act(there.all(Country), "update", code="XX")

    assert not PendingUpdate.objects.exists()
    assert PendingUpdate.objects.using("other").exists()
    update_pending("other")
    assert drifted(using="other") == []
    assert set(asked) == {"other"}


def test_async_twin_does_the_same(shop: Shop) -> None:
    async def run() -> tuple[int, int]:
        async with background_updates():
            await Country.objects.aupdate(code="XX")
        before = await PendingUpdate.objects.acount()
        report = await aupdate_pending()
        return before, report.entries

    before, done = async_to_sync(run)()

    assert before == done > 0
    assert drifted() == []


def test_transaction_by_hand_is_kept_too(shop: Shop) -> None:
    connection.set_autocommit(False)
    try:
        Country.objects.update(code="XX")
        connection.commit()
    finally:
        connection.set_autocommit(True)

    assert asked == ["default"]
    update_pending()
    assert drifted() == []


def test_settings_name_the_strategy_for_whoever_is_in_no_block(
    shop: Shop, settings: Settings
) -> None:
    settings.COMPUTEDFIELDS_STRATEGY = "background"

    contextvars.Context().run(Country.objects.update, code="XX")

    assert PendingUpdate.objects.exists()
    assert drifted() != []
