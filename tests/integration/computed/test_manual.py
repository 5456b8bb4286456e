"""What users call by hand: previews, and refreshes after writes that nobody saw."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from django_reckon import models as face
from django_reckon.exceptions import ResolutionError, ResolverException
from tests.computedapp.corners import Crate, Depot, Fuse
from tests.computedapp.models import (
    Chair,
    Copy,
    Country,
    Hall,
    Loan,
    Member,
    Note,
    Room,
    Shelf,
    Tag,
    Ticket,
    Title,
)
from tests.integration.computed.raw import raw_delete, raw_update
from tests.integration.computed.shop import Shop, stored
from tests.support.database import committing
from tests.support.drift import drifted
from tests.support.statements import watched

if TYPE_CHECKING:
    from django.db.models import Model

    from tests.support.acting import Act

pytestmark = committing


def _state(instance: Model) -> dict[str, Any]:
    """Return an instance's attributes, without what Django keeps beside them."""
    return {name: v for name, v in vars(instance).items() if not name.startswith("_")}


def test_preview_says_what_a_save_would_store(shop: Shop, act: Act) -> None:
    copy = shop.one
    copy.price = Decimal(30)

    preview = act(face, "compute", copy, "third")

    copy.save()
    assert preview == 10
    assert shop.row(copy).third == preview


def test_preview_follows_the_local_order(shop: Shop, act: Act) -> None:
    shelf = shop.left
    shelf.label = "new"

    assert act(face, "compute", shelf, "upper") == "NEW"
    assert (
        act(face, "compute", shelf, "summary") == "NEW/2: Ada (Oak, HE); Bob (Oak, HE)"
    )


def test_preview_has_no_side_effects(shop: Shop, act: Act) -> None:
    shelf = Shelf.objects.get(pk=shop.left.pk)
    shelf.label = "new"
    before, rows = _state(shelf), stored()

    act(face, "compute", shelf, "summary")

    assert _state(shelf) == before
    assert stored() == rows


def test_preview_of_a_local_field_asks_no_database(shop: Shop, act: Act) -> None:
    with watched() as statements:
        act(face, "compute", shop.left, "upper")

    assert len(statements) == 0


def test_preview_of_a_row_that_is_not_saved_yet(act: Act) -> None:
    assert act(face, "compute", Shelf(label="new"), "summary") == "NEW/0: "


def test_preview_of_an_unknown_field_names_those_there_are(act: Act) -> None:
    with pytest.raises(ResolverException, match=r"'label'.*Shelf.*upper"):
        act(face, "compute", Shelf(label="new"), "label")


def test_preview_of_a_failing_function_names_the_field(act: Act) -> None:
    with pytest.raises(ResolutionError, match=r"computedapp\.Fuse\.length") as caught:
        act(face, "compute", Fuse(text="boom"), "length")

    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_values_are_assigned_without_a_write(shop: Shop, act: Act) -> None:
    shelf = shop.left
    shelf.label = "new"
    before = stored()

    named = act(face, "update_computedfields", shelf)

    assert named is None
    assert (shelf.upper, shelf.summary[:4]) == ("NEW", "NEW/")
    assert stored() == before


def test_names_are_widened_by_what_depends_on_them(shop: Shop, act: Act) -> None:
    copy = shop.row(shop.one)
    copy.price, copy.amount = Decimal(3), 50

    named = act(face, "update_computedfields", copy, ["price"])

    assert named == ["price", "third"]
    assert copy.third == 1
    assert copy.place == "1 on LEFT"


def test_names_are_widened_along_the_local_order(shop: Shop, act: Act) -> None:
    assert act(face, "update_computedfields", shop.left, ["label"]) == [
        "label",
        "upper",
        "summary",
    ]


def test_values_of_a_new_row_wait_for_its_generated_columns(
    shop: Shop, act: Act
) -> None:
    crate = Crate(depot=shop.main, weight=3)

    act(face, "update_computedfields", crate)

    assert crate.label == "3 in main"


def test_rows_written_unseen_are_refreshed_by_queryset(shop: Shop, act: Act) -> None:
    raw_update(Copy, price=30)

    act(face, "update_dependent", Copy.objects.all())

    assert drifted() == []
    assert shop.row(shop.left).total == 60


def test_row_written_unseen_is_refreshed_by_instance(shop: Shop, act: Act) -> None:
    raw_update(Country, f"id = {shop.here.pk}", code="RAW")

    act(face, "update_dependent", shop.here)

    assert drifted() == []
    assert shop.row(shop.ada).line == "Ada (Oak, RAW)"


def test_only_what_depends_on_the_named_fields_is_refreshed(
    shop: Shop, act: Act
) -> None:
    raw_update(Copy, price=30, amount=5)

    act(face, "update_dependent", Copy.objects.all(), update_fields=["price"])

    assert {drift.field for drift in drifted()} == {"computedapp.Copy.place"}


def test_sources_of_generated_columns_may_be_named(shop: Shop, act: Act) -> None:
    raw_update(Crate, width=9)

    act(face, "update_dependent", Crate.objects.all(), update_fields=["width"])

    assert drifted() == []


def test_foreign_keys_may_be_named_by_their_columns(shop: Shop, act: Act) -> None:
    raw_update(Copy, shelf_id=shop.right.pk)

    act(face, "update_dependent", Copy.objects.all(), update_fields=["shelf_id"])

    # Where the copies stood, nobody told.
    assert {drift.pk for drift in drifted()} == {shop.left.pk}


def test_unknown_name_is_refused(shop: Shop, act: Act) -> None:
    with pytest.raises(ResolverException, match=r"'prize'.*computedapp\.Copy"):
        act(face, "update_dependent", Copy.objects.all(), update_fields=["prize"])


def test_rows_own_fields_may_be_left_alone(shop: Shop, act: Act) -> None:
    raw_update(Copy, price=30)

    act(face, "update_dependent", Copy.objects.all(), update_local=False)

    assert {drift.field for drift in drifted()} == {"computedapp.Copy.third"}


def test_rows_moved_unseen_are_refreshed_where_they_were(shop: Shop, act: Act) -> None:
    old = act(face, "preupdate_dependent", Copy.objects.all())
    raw_update(Copy, shelf_id=shop.right.pk)

    act(face, "update_dependent", Copy.objects.all(), old=old)

    assert drifted() == []
    assert (shop.row(shop.left).size, shop.row(shop.right).size) == (0, 4)


def test_one_row_moved_unseen_is_refreshed_where_it_was(shop: Shop, act: Act) -> None:
    old = act(face, "preupdate_dependent", shop.note, update_fields=["object_id"])
    raw_update(Note, f"id = {shop.note.pk}", object_id=str(shop.cyd.pk))

    act(face, "update_dependent", shop.note, update_fields=["object_id"], old=old)

    assert drifted() == []


def test_rows_deleted_unseen_are_refreshed_where_they_were(
    shop: Shop, act: Act
) -> None:
    old = act(face, "preupdate_dependent", Loan.objects.all())
    raw_delete(Loan, "1 = 1")

    act(face, "update_dependent", Loan.objects.all(), old=old)

    assert drifted() == []
    assert shop.row(shop.mia).loan_days == {}


def test_rows_of_a_through_table_moved_unseen(shop: Shop, act: Act) -> None:
    links = Tag.titles.through
    old = act(face, "preupdate_dependent", links._base_manager.all())
    raw_update(links, f"title_id = {shop.ada.pk}", title_id=shop.cyd.pk)

    act(face, "update_dependent", links._base_manager.all(), old=old)

    assert drifted() == []
    assert shop.row(shop.red).names == "Bob,Cyd"


def test_rows_with_composite_keys_moved_unseen(shop: Shop, act: Act) -> None:
    old = act(face, "preupdate_dependent", Chair.objects.all())
    raw_update(Chair, hall_id=shop.annex.pk)

    act(face, "update_dependent", Chair.objects.all(), old=old)

    assert drifted() == []
    assert shop.row(shop.annex).poster.endswith(": 19")


def test_computing_rows_with_composite_keys_are_refreshed(shop: Shop, act: Act) -> None:
    raw_update(Ticket, hall_id=shop.annex.pk)

    act(face, "update_dependent", shop.ticket)

    assert drifted() == []


@pytest.mark.parametrize("model", [Hall, Room])
def test_columns_of_a_parents_table_written_unseen(
    model: type[Room], shop: Shop, act: Act
) -> None:
    raw_update(Room, name="raw")

    act(face, "update_dependent", model.objects.all())

    wrong = drifted()
    # A hall's queryset does not tell of the rooms that are none.
    assert {drift.pk for drift in wrong} <= {shop.room.pk}
    assert bool(wrong) is (model is Hall)


def test_model_may_be_another_than_that_of_the_rows(shop: Shop, act: Act) -> None:
    raw_update(Room, name="raw")

    act(face, "update_dependent", Hall.objects.all(), Room)

    assert {drift.pk for drift in drifted()} == {shop.room.pk}


def test_rows_with_key_zero_are_refreshed(shop: Shop, act: Act) -> None:
    raw_update(Depot, "number = 0", name="raw")

    act(face, "update_dependent", shop.zero)

    assert drifted() == []
    assert shop.row(shop.first).label == "1 in raw"


def test_hidden_rows_are_refreshed(shop: Shop, act: Act) -> None:
    raw_update(Depot, "number = 7", name="raw")

    act(face, "update_dependent", shop.dark)

    assert drifted() == []
    assert shop.row(shop.second).label == "10 in raw"


def test_rows_of_another_database_are_refreshed_there(act: Act) -> None:
    shop = Shop("other")
    raw_update(Copy, using="other", price=30)

    act(face, "update_dependent", Copy.objects.using("other"))

    assert drifted(using="other") == []
    assert shop.row(shop.left).total == 60


def test_instance_of_another_database_is_refreshed_there(act: Act) -> None:
    Shop()
    shop = Shop("other")
    here = stored()
    raw_update(Copy, using="other", price=30)

    for copy in (shop.one, shop.two, shop.three, shop.loose):
        act(face, "update_dependent", copy)

    assert drifted(using="other") == []
    assert stored() == here


def test_querysize_limits_what_is_read_at_once(shop: Shop, act: Act) -> None:
    def reads(querysize: int | None) -> int:
        raw_update(Copy, price=0)
        raw_update(Shelf, total=1)
        with watched() as statements:
            act(face, "update_dependent", Shelf.objects.all(), querysize=querysize)
        table = f"FROM {Shelf._meta.db_table}"
        sql = [each.replace('"', "").replace("`", "") for each in statements.sql]
        return sum(table in each and "computedapp_shelf.label" in each for each in sql)

    assert reads(1) > reads(None)
    assert drifted(Shelf) == []


def test_row_that_is_not_saved_yet_refreshes_nothing(act: Act) -> None:
    with watched() as statements:
        act(face, "update_dependent", Copy())

    assert [sql for sql in statements.sql if "UPDATE" in sql] == []


def test_models_tell_whether_they_compute() -> None:
    assert face.has_computedfields(Shelf)
    assert face.has_computedfields(Hall)
    assert not face.has_computedfields(Country)


def test_computed_fields_come_after_those_they_are_made_from() -> None:
    names = list(face.get_computedfields(Shelf))

    assert sorted(names) == ["dearest", "pride", "size", "summary", "total", "upper"]
    assert names.index("summary") > max(names.index("upper"), names.index("size"))
    assert names.index("pride") > names.index("dearest")


def test_computed_fields_of_parents_are_a_models_own() -> None:
    assert list(face.get_computedfields(Hall)) == ["sign", "poster"]


def test_fields_tell_whether_they_are_computed() -> None:
    assert face.is_computedfield(Shelf, "upper")
    assert face.is_computedfield(Hall, "sign")
    assert not face.is_computedfield(Shelf, "label")
    assert not face.is_computedfield(Shelf, "nothing")


def test_contributing_foreign_keys_are_those_that_relate_rows() -> None:
    found = face.get_contributing_fks()

    assert found[Copy] == {"shelf", "title"}
    assert found[Title] == {"publisher"}
    assert found[Loan] == {"member", "title"}
    assert found[Tag.titles.through] == {"tag", "title"}
    assert found[Shelf] == {"dearest"}
    assert found[Chair] == {"hall"}
    assert Member not in found
    assert Country not in found
