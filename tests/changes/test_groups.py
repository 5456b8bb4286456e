"""Operations of many statements, and objects made ready before they are inserted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction

from django_reckon.changes.delivery import report
from django_reckon.changes.event import NOWHERE, Change, ChangeKind
from django_reckon.changes.group import as_group, group_on
from tests.changesapp.models import Parcel, Place, Seat
from tests.support.database import committing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Model

    from tests.changes.conftest import Recorder

pytestmark = committing


class Finisher:
    """A listener that acts at the end of an operation, and counts the rows it meets."""

    def __init__(self) -> None:
        self.statements = 0
        self.met: list[int] = []

    def __call__(self, change: Change) -> None:
        self.statements += 1
        group = group_on(change.alias)
        assert group is not None
        group.part("test", list, lambda _: self.met.append(Parcel.objects.count()))


def test_listener_waits_for_the_end_of_a_cascade(recorder: Recorder) -> None:
    place = Place.objects.create(slug="here")
    for number in range(3):
        Parcel.objects.create(code=str(number), label=place, home=None)
    finisher = Finisher()
    for model in (Parcel, Place):
        recorder.watch(model, listener=finisher)

    place.delete()

    assert finisher.statements > 1
    assert finisher.met == [0]


@pytest.mark.parametrize("operation", ["bulk_create", "bulk_update"])
def test_listener_waits_for_the_last_batch(operation: str, recorder: Recorder) -> None:
    parcels = [Parcel(code=str(number), home=None) for number in range(5)]
    if operation == "bulk_update":
        Parcel.objects.bulk_create(parcels)
    finisher = Finisher()
    recorder.watch(Parcel, listener=finisher)

    if operation == "bulk_create":
        Parcel.objects.bulk_create(parcels, batch_size=2)
    else:
        for parcel in parcels:
            parcel.size = 7
        Parcel.objects.bulk_update(parcels, ["size"], batch_size=2)

    assert (finisher.statements, finisher.met) == (3, [5])


def test_what_waits_fails_with_the_operation(recorder: Recorder) -> None:
    def fail(change: Change) -> None:
        group = group_on(change.alias)
        assert group is not None
        group.part("test", list, _raise)

    recorder.watch(Parcel, listener=fail)

    with pytest.raises(LookupError):
        Parcel.objects.bulk_create([Parcel(code="a", home=None)])

    assert Parcel.objects.count() == 0
    assert group_on("default") is None


def test_failed_operation_leaves_nothing_to_finish(recorder: Recorder) -> None:
    finisher = Finisher()
    recorder.watch(Parcel, listener=finisher)

    with pytest.raises(LookupError):
        _fail_within()

    assert finisher.met == []
    assert Parcel.objects.count() == 0


def test_inner_operation_is_part_of_the_outer(recorder: Recorder) -> None:
    finisher = Finisher()
    recorder.watch(Parcel, listener=finisher)

    def outer() -> None:
        for code in "ab":
            Parcel.objects.bulk_create([Parcel(code=code, home=None)])

    as_group("default", outer, [])

    assert finisher.met == [2]


def test_unwatched_operation_opens_no_transaction_of_ours() -> None:
    seat = Seat.objects.create(line=1, number=1)

    with connection.execute_wrapper(_in_autocommit):
        seat.delete()

    assert Seat.objects.count() == 0


@pytest.mark.parametrize("able", [True, False])
def test_objects_are_made_ready_before_they_are_inserted(
    recorder: Recorder, able: bool
) -> None:
    heard: list[tuple[type[Model], str, bool]] = []

    def prepare(
        model: type[Model],
        alias: str,
        objs: Sequence[Model],
        raw: bool,
    ) -> bool:
        heard.append((model, alias, raw))
        for obj in objs:
            assert isinstance(obj, Parcel)
            obj.size = 9
        return able

    recorder.watch(Parcel, prepare=prepare)
    recorder.watch(Parcel, prepare=lambda *_: True, listener=_hear_nothing)

    Parcel.objects.create(code="a", home=None)
    Parcel.objects.bulk_create([Parcel(code="b", home=None)])

    assert set(Parcel.objects.values_list("size", flat=True)) == {9}
    assert heard == [(Parcel, "default", False)] * 2
    assert [change.prepared for change in recorder.changes] == [able] * 2


def test_write_of_ones_own_can_be_reported(recorder: Recorder) -> None:
    recorder.watch(Parcel, fields=frozenset({"size"}), moved=True)
    change = Change(
        model=Parcel,
        alias="default",
        kind=ChangeKind.UPDATE,
        keys=(1,),
        fields=frozenset({"size"}),
        before=NOWHERE,
        after=NOWHERE,
    )

    with transaction.atomic():
        report(change)

    assert recorder.changes == [change]


def _fail_within() -> None:
    def half_done() -> None:
        Parcel.objects.create(code="a", home=None)
        raise LookupError

    as_group("default", half_done, [])


def _hear_nothing(_: object) -> None:
    """Listen in vain."""


def _raise(_: object) -> None:
    raise LookupError


def _in_autocommit(
    execute: Any, sql: str, params: Any, many: bool, context: Any
) -> Any:
    """Refuse a statement within a transaction; Any, as execute_wrapper() has it."""
    assert not connection.in_atomic_block, sql
    return execute(sql, params, many, context)
