"""Writes that open their own transaction, and what a deadlock does to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import OperationalError, connection, transaction

from django_reckon.ground.together import is_own
from django_reckon.ground.vendors import vendor_of
from tests.changesapp.models import Parcel, Place
from tests.support.database import committing
from tests.support.statements import watched

if TYPE_CHECKING:
    from django_reckon.changes.event import Change
    from tests.changes.conftest import Recorder

pytestmark = committing

TRIES = 6


class Clash:
    """A listener whose transaction is ended a few times to resolve a deadlock."""

    def __init__(self, times: int) -> None:
        self.left = times
        self.tries = 0

    def __call__(self, change: object) -> None:
        self.tries += 1
        if self.left:
            self.left -= 1
            raise OperationalError(1213, "deadlock")


@pytest.fixture(autouse=True)
def _deadlocks(monkeypatch: pytest.MonkeyPatch) -> None:
    vendor = type(vendor_of(connection))
    monkeypatch.setattr(
        vendor, "is_deadlock", lambda _self, error: error.args[:1] == (1213,)
    )
    monkeypatch.setattr("django_reckon.ground.together.time.sleep", lambda _: None)


def test_write_by_itself_is_tried_again(recorder: Recorder) -> None:
    clash = Clash(times=2)
    recorder.watch(Parcel, listener=clash)

    parcel = Parcel.objects.create(code="a", home=None)

    assert clash.tries == 3
    assert Parcel.objects.get() == parcel


def test_write_that_never_gets_through_tells_why(recorder: Recorder) -> None:
    clash = Clash(times=100)
    recorder.watch(Parcel, listener=clash)

    with pytest.raises(OperationalError, match="deadlock"):
        Parcel.objects.create(code="a", home=None)

    assert clash.tries == TRIES
    assert Parcel.objects.count() == 0


def test_other_errors_are_told_at_once(recorder: Recorder) -> None:
    def fail(_: object) -> None:
        tries.append(1)
        raise OperationalError(2006, "gone away")

    tries: list[int] = []
    recorder.watch(Parcel, listener=fail)

    with pytest.raises(OperationalError, match="gone away"):
        Parcel.objects.create(code="a", home=None)

    assert tries == [1]


def test_transaction_of_the_callers_is_theirs_to_try_again(recorder: Recorder) -> None:
    clash = Clash(times=1)
    recorder.watch(Parcel, listener=clash)

    with pytest.raises(OperationalError, match="deadlock"), transaction.atomic():
        Parcel.objects.create(code="a", home=None)

    assert clash.tries == 1


def test_new_rows_have_no_keys_when_they_are_tried_again(recorder: Recorder) -> None:
    clash = Clash(times=1)
    recorder.watch(Parcel, listener=clash)
    parcels = [Parcel(code=code, home=None) for code in "ab"]

    Parcel.objects.bulk_create(iter(parcels))

    assert clash.tries == 2
    assert sorted(each.pk for each in parcels) == sorted(
        Parcel.objects.values_list("pk", flat=True)
    )


def test_rows_have_their_keys_when_a_delete_is_tried_again(recorder: Recorder) -> None:
    place = Place.objects.create(slug="here")
    Parcel.objects.create(code="a", label=place, home=None)
    clash = Clash(times=1)
    recorder.watch(Place, listener=clash)

    place.delete()

    assert clash.tries == 2
    assert Place.objects.count() == 0
    assert place.id is None


def test_listener_can_tell_whose_transaction_it_is_in(recorder: Recorder) -> None:
    own: list[bool] = []
    recorder.watch(Parcel, listener=lambda _: own.append(is_own("default")))

    Parcel.objects.create(code="a", home=None)
    with transaction.atomic():
        Parcel.objects.create(code="b", home=None)

    assert own == [True, False]
    assert not is_own("default")


def test_what_runs_after_the_commit_is_in_nobodys_transaction(
    recorder: Recorder,
) -> None:
    own: list[bool] = []

    def after() -> None:
        own.append(is_own("default"))
        with transaction.atomic():
            own.append(is_own("default"))
        Parcel.objects.create(code="b", home=None)

    def listen(change: Change) -> None:
        own.append(is_own("default"))
        if len(own) == 1:
            transaction.on_commit(after)

    recorder.watch(Parcel, listener=listen)
    Parcel.objects.create(code="a", home=None)

    assert own == [True, False, False, True]


def test_deadlock_after_the_commit_does_not_write_twice(recorder: Recorder) -> None:
    def fail() -> None:
        raise OperationalError(1213, "deadlock")

    recorder.watch(Parcel, listener=lambda _: transaction.on_commit(fail))

    with pytest.raises(OperationalError, match="deadlock"):
        Parcel.objects.create(code="a", home=None)

    assert Parcel.objects.count() == 1


@pytest.mark.needs("begin_modes")
def test_write_by_itself_asks_for_its_turn_before_it_reads(
    recorder: Recorder,
) -> None:
    recorder.watch(Parcel)

    with watched() as statements:
        Parcel.objects.create(code="a", home=None)
    with watched() as mine, transaction.atomic():
        pass

    assert statements.sql[0] == "BEGIN IMMEDIATE"
    assert mine.sql == ["BEGIN"]
