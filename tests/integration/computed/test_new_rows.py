"""Rows whose columns set themselves, and what an instance knows of a new row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction
from django.db.models import Value
from django.db.models.functions import Lower

from tests.computedapp.managed import Badge
from tests.computedapp.nooks import (
    Day,
    Desk,
    Diary,
    Errand,
    Lounge,
    Maker,
    Part,
    Request,
    Space,
)
from tests.support.database import committing
from tests.support.drift import drifted
from tests.support.statements import watched

if TYPE_CHECKING:
    from tests.support.acting import Act

pytestmark = committing


@pytest.fixture
def desks() -> list[Desk]:
    return [Desk.objects.create(name=name) for name in ("one", "two")]


def test_key_that_sets_itself_is_followed(
    desks: list[Desk], act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Desk, "current", desks[0].pk)

    act(Request.objects, "create", text="a")
    act(Request.objects, "bulk_create", [Request(text="b"), Request(text="c")])

    assert drifted(Desk) == []
    assert Desk.objects.get(pk=desks[0].pk).handled == 3


def test_upsert_that_meets_a_column_that_sets_itself(
    desks: list[Desk], act: Act
) -> None:
    one, two = desks
    Day.objects.create(desk=one, hours=5)
    unique = {"unique_fields": ["date"]} if _names_what_it_meets() else {}

    act(
        Day.objects,
        "bulk_create",
        [Day(desk=two, hours=7)],
        update_conflicts=True,
        update_fields=["desk", "hours"],
        **unique,
    )

    assert drifted(Desk) == []
    assert list(Desk.objects.order_by("pk").values_list("hours", flat=True)) == [0, 7]


def test_deferred_field_of_a_column_that_sets_itself(act: Act) -> None:
    Diary.objects.create(text="a")
    diary = Diary.objects.defer("due").get()

    act(diary, "save")

    assert drifted(Diary) == []


def test_new_rows_find_what_they_lead_to_in_their_own_database(act: Act) -> None:
    Maker.objects.create(code="x", name="of default")
    for code in ("x", "y"):
        Maker.objects.using("other").create(code=code, name="of other")
    parts = Part.objects.using("other")

    act(parts, "create", maker_id="y")
    act(parts, "bulk_create", [Part(maker_id=code) for code in ("x", "y")])
    act(parts, "bulk_create", [Part(maker_id="x")], ignore_conflicts=True)

    assert list(parts.values_list("label", flat=True)) == ["by of other"] * 4


def test_keys_by_the_databases_default(desks: list[Desk], act: Act) -> None:
    rows = [Errand(), Errand(), Errand(desk=desks[0])]

    act(Errand.objects, "bulk_create", rows)

    assert drifted(Errand) == []


def test_instance_knows_what_is_computed_after_its_insert(
    desks: list[Desk], act: Act
) -> None:
    with transaction.atomic():
        errand = act(Errand.objects, "create", desk=desks[0])
        badge = act(Badge.objects, "create", text=Lower(Value("ABC")))
        lounge = act(Lounge.objects, "create", name="blue", seats=7)

        assert (errand.line, errand.later) == ("for one", "for one")
        assert badge.upper == "ABC"
        assert (lounge.sign, lounge.title) == ("blue: 7", "blue of None")


def test_instance_knows_what_is_made_from_its_other_table(act: Act) -> None:
    Lounge.objects.create(name="blue", seats=1)

    with transaction.atomic():
        lounge = Lounge.objects.get()
        lounge.seats = 2
        act(lounge, "save", update_fields=["seats"])
        assert lounge.sign == "blue: 2"
        lounge.name = "red"
        act(lounge, "save", update_fields=["name"])
        assert (lounge.sign, lounge.title) == ("red: 2", "red of None")

    assert drifted(Space, Lounge) == []


def test_field_that_save_has_computed_is_not_computed_again(act: Act) -> None:
    with watched() as statements:
        act(Badge.objects, "create", text="a")

    assert len(statements.on(Badge)) == 1


def _names_what_it_meets() -> bool:
    return connection.features.supports_update_conflicts_with_target
