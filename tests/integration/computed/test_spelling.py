"""Keys that the database takes for the same though they are spelt differently."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.contenttypes.models import ContentType

from django_reckon.testing import assert_in_sync
from tests.computedapp.nooks import Fair, Maker, Part, Remark
from tests.support.database import committing
from tests.support.drift import drifted

if TYPE_CHECKING:
    from tests.support.acting import Act

pytestmark = [committing, pytest.mark.needs("caseless_keys")]


@pytest.fixture(autouse=True)
def _makers() -> None:
    Maker.objects.bulk_create([Maker(code="abc", name="A"), Maker(code="b", name="B")])


def test_new_rows_know_what_they_point_at_by_another_spelling(act: Act) -> None:
    parts = [Part(maker_id="ABC", weight=2), Part(maker_id="B", weight=3)]

    act(Part.objects, "bulk_create", parts)

    assert drifted(Maker, Part) == []
    assert_in_sync(Maker, Part)


def test_refresh_finds_rows_by_another_spelling(act: Act) -> None:
    for key in ("ABC", "B", "b"):
        act(Part.objects, "create", maker_id=key)

    act(Maker.objects, "update", name="new")
    act(Part.objects, "update", weight=5)

    assert drifted(Maker, Part) == []


def test_refresh_finds_rows_related_by_another_spelling(act: Act) -> None:
    Fair.objects.create(code="spring", name="old")
    links = Maker.fairs.through

    for maker, fair in ("ABC", "SPRING"), ("b", "spring"):
        act(links.objects, "create", maker_id=maker, fair_id=fair)
    act(Fair.objects, "update", name="new")

    assert drifted(Maker) == []
    assert set(Maker.objects.values_list("seen_at", flat=True)) == {"new"}


def test_refresh_finds_rows_of_any_kind_by_another_spelling(act: Act) -> None:
    kind = ContentType.objects.get_for_model(Maker)

    for key in ("ABC", "b"):
        act(Remark.objects, "create", kind=kind, key=key, text="old")
    act(Remark.objects, "update", text="new")

    assert drifted(Maker, Remark) == []
    assert set(Maker.objects.values_list("told", flat=True)) == {"new"}
    assert set(Remark.objects.values_list("heading", flat=True)) == {
        "A: new",
        "B: new",
    }
