"""Writes of so many rows that their keys go to the database as one list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from django.db import connection
from django.db.models import F

from django_reckon.ground.vendors import vendor_of
from tests.changesapp.models import Parcel, Place, Profile, Token
from tests.changesapp.models import Person as Somebody
from tests.computedapp.models import Copy, Shelf, Title
from tests.support.database import committing
from tests.support.drift import drifted
from tests.support.statements import watched

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Model

    from tests.changes.conftest import Recorder

pytestmark = committing

_MANY: Final = 150


def _parcels() -> list[Any]:
    return [Parcel(code=str(number), home=None) for number in range(_MANY)]


def _tokens() -> list[Any]:
    return [Token() for _ in range(_MANY)]


def _profiles() -> list[Any]:
    people = Somebody.objects.bulk_create(Somebody() for _ in range(_MANY))
    return [Profile(person=person) for person in people]


# Numbers, UUIDs, and keys that are another row's.
ROWS: Final[dict[str, tuple[type[Model], Callable[[], list[Any]]]]] = {
    "numbers": (Parcel, _parcels),
    "uuids": (Token, _tokens),
    "foreign keys": (Profile, _profiles),
}


@pytest.mark.parametrize(("model", "make"), ROWS.values(), ids=list(ROWS))
def test_delete_takes_the_rows_that_it_locked(
    model: Any, make: Callable[[], list[Any]], recorder: Recorder
) -> None:
    rows = model._base_manager.bulk_create(make())
    kept = rows[:2]
    recorder.watch(model, lock=True, keys=True)

    model._base_manager.exclude(pk__in=[row.pk for row in kept]).delete()

    left = set(model._base_manager.values_list("pk", flat=True))
    assert left == {row.pk for row in kept}
    told = {key for change in recorder.changes for key in change.keys or ()}
    assert told == {row.pk for row in rows[2:]}


def test_update_writes_the_rows_that_it_locked(recorder: Recorder) -> None:
    rows = Parcel.objects.bulk_create(_parcels())
    place = Place.objects.create(slug="here")
    recorder.watch(Parcel, "label", lock=True, keys=True)

    number = Parcel.objects.exclude(pk=rows[0].pk).update(label=place)

    assert number == _MANY - 1
    assert Parcel.objects.filter(label=place).count() == _MANY - 1
    [change] = recorder.changes
    assert set(change.keys or ()) == {row.pk for row in rows[1:]}


def test_many_rows_are_refreshed_whatever_asks_for_them() -> None:
    title = Title.objects.create(name="t")
    shelves = Shelf.objects.bulk_create(Shelf(label=str(n)) for n in range(_MANY))
    Copy.objects.bulk_create(Copy(title=title, shelf=shelf) for shelf in shelves)

    Copy.objects.filter(price__gte=0).update(price=F("pk"))
    Shelf.objects.exclude(pk=shelves[0].pk).update(label="renamed")

    assert drifted(Shelf, Copy) == []


def test_lists_are_short_where_the_database_takes_one() -> None:
    if vendor_of(connection).list_place("bigint") is None:
        pytest.skip(f"{connection.display_name} takes no list for a parameter")
    title = Title.objects.create(name="t")
    Copy.objects.bulk_create(Copy(title=title) for _ in range(_MANY))

    with watched() as statements:
        Copy.objects.filter(price__gte=0).update(price=3)

    assert max(sql.count("%s") for sql in statements.on(Copy)) < _MANY
