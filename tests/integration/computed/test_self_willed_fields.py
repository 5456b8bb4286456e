"""Fields that have their own way with values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.computedapp.nooks import Bag
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
