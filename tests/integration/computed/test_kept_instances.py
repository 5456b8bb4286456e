"""What an instance remembers of other rows never gets into the database."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from django.db.models import F
from django.db.models.signals import ModelSignal, post_save, pre_save

from tests.computedapp.corners import Crate, Sample
from tests.computedapp.models import Copy, Country, Publisher, Shelf, Title
from tests.support.database import committing
from tests.support.drift import drifted
from tests.support.statements import watched

if TYPE_CHECKING:
    from tests.integration.computed.shop import Shop
    from tests.support.acting import Act

pytestmark = committing


def _prefetched(shop: Shop) -> Shelf:
    """Return a shelf that remembers two copies of which one is gone since."""
    shelf = Shelf.objects.prefetch_related("copies__title").get(pk=shop.left.pk)
    shop.all(Copy).filter(pk=shop.one.pk).update(shelf=shop.right)
    return shelf


def test_save_of_an_instance_with_a_stale_prefetch_stores_what_is(
    shop: Shop, act: Act
) -> None:
    shelf = _prefetched(shop)

    shelf.label = "renamed"
    act(shelf, "save")

    assert drifted() == []
    assert shop.row(shop.left).total == Decimal("5.00")


def test_update_fields_of_an_instance_with_a_stale_prefetch_stores_what_is(
    shop: Shop, act: Act
) -> None:
    shelf = _prefetched(shop)

    shelf.label = "renamed"
    act(shelf, "save", update_fields=["label", "total", "summary"])

    assert drifted() == []
    assert shop.row(shop.left).total == Decimal("5.00")


def test_save_leaves_an_instance_with_what_was_stored(shop: Shop, act: Act) -> None:
    shelf = _prefetched(shop)

    shelf.label = "renamed"
    act(shelf, "save")

    row = shop.row(shop.left)
    assert (shelf.upper, shelf.summary) == (row.upper, row.summary)
    assert row.summary == "RENAMED/1: Bob (Oak, HE)"


def test_save_of_an_instance_with_old_values_does_not_bring_them_back(
    shop: Shop, act: Act
) -> None:
    kept = Shelf.objects.get(pk=shop.left.pk)
    shop.make(Copy, title=shop.ada, shelf=shop.left, price="50.00")

    act(kept, "save")

    assert drifted() == []
    assert shop.row(shop.left).size == 3


def test_save_of_an_instance_with_a_stale_parent_stores_what_is(
    shop: Shop, act: Act
) -> None:
    title = Title.objects.select_related("publisher__country").get(pk=shop.ada.pk)
    shop.all(Country).update(code="NEW")

    title.name = "Renamed"
    act(title, "save")

    assert drifted() == []
    assert shop.row(shop.ada).line == "Renamed (Oak, NEW)"


def test_new_row_beside_a_stale_parent_holds_what_is(shop: Shop, act: Act) -> None:
    publisher = Publisher.objects.select_related("country").get(pk=shop.oak.pk)
    shop.all(Publisher).update(name="New")

    act(shop.all(Title), "create", name="T", publisher=publisher)

    assert drifted() == []


def test_instance_whose_insert_was_rolled_back_keeps_what_it_had(
    shop: Shop, act: Act
) -> None:
    with transaction.atomic():
        shelf = act(shop.all(Shelf), "create", label="new")
        held = (shelf.upper, shelf.summary, shelf.total)
        shop.make(Copy, title=shop.ada, shelf=shelf, price="50.00")
        act(shelf, "save")
        transaction.set_rollback(True)

    assert (shelf.upper, shelf.summary, shelf.total) == held
    with pytest.raises(Shelf.DoesNotExist):
        act(shelf, "refresh_from_db")


def test_bulk_update_of_instances_with_old_values_stores_what_is(
    shop: Shop, act: Act
) -> None:
    shelves = list(Shelf.objects.prefetch_related("copies"))
    shop.all(Copy).update(shelf=shop.right)

    for shelf in shelves:
        shelf.label = "same"
    act(shop.all(Shelf), "bulk_update", shelves, ["label", "total", "size"])

    assert drifted() == []


def test_instance_knows_its_generated_sources_after_save(shop: Shop, act: Act) -> None:
    crate = shop.first

    crate.width = 10
    act(crate, "save")

    assert crate.surface == 6 * 10 * 3


def test_instance_knows_what_an_expression_came_to_after_save(
    shop: Shop, act: Act
) -> None:
    copy = shop.one

    copy.amount = F("amount") + 6
    act(copy, "save")

    assert copy.place == "7 on LEFT"
    assert shop.row(copy).place == "7 on LEFT"


def test_new_instance_knows_all_its_values(shop: Shop, act: Act) -> None:
    crate = act(shop.all(Crate), "create", depot=shop.main, weight=5, width=2, height=2)

    assert (crate.label, crate.surface) == ("5 in main", 24)


def test_field_made_from_a_key_that_the_database_gives_is_right(act: Act) -> None:
    sample = act(Sample.objects, "create", seed=1)
    others = [Sample(seed=2), Sample(seed=0)]
    act(Sample.objects, "bulk_create", others)

    stored = dict(Sample.objects.values_list("seed", "itself"))

    assert sample.itself_id == sample.pk
    assert stored[1] == sample.pk
    assert stored[2] == Sample.objects.get(seed=2).pk
    assert stored[0] is None


def test_empty_update_fields_saves_nothing(shop: Shop, act: Act) -> None:
    shelf = shop.left
    before = Shelf.objects.filter(pk=shelf.pk).values().get()

    shelf.label = "other"
    shelf.upper = "WRONG"
    with watched() as statements:
        act(shelf, "save", update_fields=[])

    assert len(statements) == 0
    assert Shelf.objects.filter(pk=shelf.pk).values().get() == before


@pytest.mark.parametrize(
    "names", [["price"], ("price",), {"price"}, frozenset(["price"])]
)
def test_update_fields_of_any_kind_takes_along_what_depends(
    names: Any, shop: Shop, act: Act
) -> None:
    copy = shop.one
    before = copy.amount

    copy.price = Decimal(30)
    copy.amount = 1_000
    act(copy, "save", update_fields=names)

    row = shop.row(copy)
    assert [row.price, row.third] == [Decimal(30), Decimal(10)]
    assert row.amount == before
    assert drifted() == []


def test_skipping_leaves_the_rows_own_fields_alone(shop: Shop, act: Act) -> None:
    copy = shop.one

    copy.price = Decimal(30)
    copy.third = Decimal("1.5")
    act(copy, "save", skip_computedfields=True)

    assert shop.row(copy).third == Decimal("1.5")
    assert shop.row(shop.left).total == Decimal(35)


def test_skipping_inserts_what_the_instance_holds(shop: Shop, act: Act) -> None:
    copy = Copy(title=shop.ada, shelf=shop.left, price=Decimal(30), place="by hand")

    act(copy, "save", skip_computedfields=True)

    assert shop.row(copy).place == "by hand"
    assert shop.row(shop.left).size == 3


@pytest.mark.parametrize("signal", [pre_save, post_save], ids=["before", "after"])
@pytest.mark.parametrize("is_new", [True, False], ids=["new", "old"])
def test_handler_of_a_save_writes_another_row_of_its_table(
    signal: ModelSignal, shop: Shop, *, is_new: bool
) -> None:
    """What the other row holds is none of the instance's business."""

    def handler(instance: Shelf, **_: object) -> None:
        Shelf.objects.bulk_create([Shelf(label="other")])
        Shelf.objects.filter(pk=shop.right.pk).update(label="another")

    mine = Shelf(label="mine") if is_new else shop.left
    mine.label = "mine"
    signal.connect(handler, sender=Shelf)
    try:
        mine.save()
    finally:
        signal.disconnect(handler, sender=Shelf)

    assert (mine.upper, mine.label) == ("MINE", "mine")
    assert drifted() == []


@pytest.mark.parametrize("is_new", [True, False], ids=["new", "old"])
def test_handler_of_a_save_writes_the_same_row(shop: Shop, *, is_new: bool) -> None:
    def handler(instance: Shelf, **_: object) -> None:
        Shelf.objects.filter(pk=instance.pk).update(label="handled")

    shelf = Shelf(label="mine") if is_new else shop.left
    post_save.connect(handler, sender=Shelf)
    try:
        shelf.save()
    finally:
        post_save.disconnect(handler, sender=Shelf)

    assert shelf.upper == shop.row(shelf).upper == "HANDLED"
    assert drifted() == []


def test_what_waits_to_be_read_is_not_overwritten_by_a_save_that_skips(
    shop: Shop,
) -> None:
    title = shop.row(shop.ada)
    with transaction.atomic():
        title.name = "new"
        title.save()
        title.save(skip_computedfields=True)

    assert shop.row(shop.ada).line == "new (Oak, HE)"
    assert drifted() == []


def test_instance_saved_in_a_transaction_can_be_inserted_once_more(shop: Shop) -> None:
    crate = shop.first
    with transaction.atomic():
        crate.width = 5
        crate.save()
        crate.pk = None
        crate._state.adding = True
        crate.save()
        twin = Crate.objects.get(pk=crate.pk)
        twin.save()
        twin.pk = None
        Crate.objects.bulk_create([twin])

    assert drifted() == []
    assert Crate.objects.filter(width=5).count() == 3
