"""Fields that have their own way with values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from django_reckon.models import update_computedfields
from tests.computedapp.nooks import Bag, Beast, Diary, Horse, Page
from tests.support.database import committing
from tests.support.drift import drifted

if TYPE_CHECKING:
    from tests.support.acting import Act

pytestmark = committing


def test_refresh_stores_a_list_as_its_own_field_writes_it(act: Act) -> None:
    bag = Bag.objects.create(text="a b c")
    act(Bag.objects, "create", text="kid", parent=bag)
    act(Bag.objects, "create", text="doll", parent=bag)

    row = Bag.objects.get(pk=bag.pk)
    assert (row.words, row.inside) == (["a", "b", "c"], ["doll", "kid"])
    assert drifted(Bag) == []


def test_update_of_what_a_list_is_made_from_stores_the_list(act: Act) -> None:
    bag = Bag.objects.create(text="a b c")

    act(Bag.objects, "update", text="x y")

    bag.refresh_from_db()
    assert bag.words == ["x", "y"]


def test_new_row_is_computed_from_what_its_save_sets(act: Act) -> None:
    act(Diary.objects, "create", text="new")

    assert drifted(Diary) == []
    assert Diary.objects.get().year > 2000


def test_new_rows_of_one_statement_are_computed_from_what_it_sets(act: Act) -> None:
    act(Diary.objects, "bulk_create", [Diary(text="one"), Diary(text="two")])

    assert drifted(Diary) == []


@pytest.mark.parametrize("named", [None, ["modified"], ["text", "modified"]])
def test_saved_row_is_computed_from_what_its_save_sets(
    named: list[str] | None, act: Act
) -> None:
    diary = Diary.objects.create(text="old")

    act(diary, "save", update_fields=named)

    assert drifted(Diary) == []
    assert diary.due == Diary.objects.get().due


def test_row_whose_save_is_preceded_by_precomputing_needs_no_values_yet() -> None:
    diary = Diary(text="new")

    update_computedfields(diary)

    diary.save()
    assert drifted(Diary) == []


@pytest.mark.parametrize("named", [None, ["diary"]])
def test_key_that_a_row_got_since_it_was_assigned_is_computed_with(
    named: list[str] | None, act: Act
) -> None:
    page = Page.objects.create(diary=Diary.objects.create())
    late = page.diary = Diary()
    late.save()

    act(page, "save", update_fields=named)

    assert drifted(Page) == []
    assert page.mark == 1000 + late.pk


def test_child_row_that_is_added_to_a_parents_is_computed_from_both() -> None:
    beast = Beast.objects.create(name="Ed")

    Horse(beast_ptr=beast, legs=3).save_base(raw=True)

    assert Horse.objects.get().tag == "Ed/3"
