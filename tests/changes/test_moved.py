"""What an update changed and what it only wrote again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.db.models import F

from tests.changesapp.models import Parcel, Place
from tests.support.database import committing
from tests.support.statements import watched

if TYPE_CHECKING:
    from tests.changes.conftest import Recorder

pytestmark = committing


@pytest.fixture
def here() -> Place:
    return Place.objects.create(slug="here")


@pytest.fixture
def parcels(here: Place) -> list[Parcel]:
    """Return three parcels of sizes 0, 1 and 2."""
    return [
        Parcel.objects.create(code=f"p{size}", size=size, at=here) for size in range(3)
    ]


def _follow(recorder: Recorder, *fields: str) -> None:
    recorder.watch(Parcel, "at", fields=frozenset(fields), moved=True, keys=True)


def test_rows_that_keep_their_value_are_left_out(
    parcels: list[Parcel], recorder: Recorder
) -> None:
    _follow(recorder, "size")

    written = Parcel.objects.update(size=1)

    (change,) = recorder.changes
    assert written == 3
    assert set(change.keys or ()) == {parcels[0].pk, parcels[2].pk}
    assert change.fields == frozenset({"size", "area"})


def test_write_that_changes_nothing_is_not_told(
    parcels: list[Parcel], recorder: Recorder
) -> None:
    _follow(recorder, "size", "at")

    parcels[1].save()
    Parcel.objects.filter(size=1).update(size="1")

    assert recorder.changes == []


def test_full_save_tells_only_the_field_that_moved(
    parcels: list[Parcel], here: Place, recorder: Recorder
) -> None:
    _follow(recorder, "size", "code", "at")
    parcels[1].code = "other"

    parcels[1].save()

    (change,) = recorder.changes
    assert change.fields == frozenset({"code"})
    assert change.keys == (parcels[1].pk,)
    assert change.before["at"] == change.after["at"] == frozenset({here.pk})


def test_moved_relation_tells_where_it_led_and_leads(
    parcels: list[Parcel], here: Place, recorder: Recorder
) -> None:
    there = Place.objects.create(slug="there")
    _follow(recorder, "at")

    Parcel.objects.filter(size__gt=0).update(at=there)

    (change,) = recorder.changes
    assert set(change.keys or ()) == {parcels[1].pk, parcels[2].pk}
    assert change.before["at"] == frozenset({here.pk})
    assert change.after["at"] == frozenset({there.pk})


def test_value_that_only_the_database_knows_counts_as_moved(
    parcels: list[Parcel], recorder: Recorder
) -> None:
    _follow(recorder, "size")

    Parcel.objects.update(size=F("size"))

    (change,) = recorder.changes
    assert set(change.keys or ()) == {parcel.pk for parcel in parcels}


def test_other_listener_hears_of_every_write(
    parcels: list[Parcel], recorder: Recorder
) -> None:
    _follow(recorder, "size")
    recorder.watch(Parcel, keys=True)

    parcels[1].save()

    (change,) = recorder.changes
    assert change.fields is not None
    assert {"code", "size", "at"} <= change.fields


def test_comparing_costs_one_query_whatever_the_number_of_rows(
    here: Place, recorder: Recorder
) -> None:
    Parcel.objects.bulk_create(
        Parcel(code=f"p{number}", size=number, at=here) for number in range(50)
    )
    _follow(recorder, "size", "code", "at")

    with watched() as statements:
        Parcel.objects.update(size=7)

    reads = [sql for sql in statements.sql if sql.startswith("SELECT")]
    assert len(reads) == 1
    assert connection.in_atomic_block is False
