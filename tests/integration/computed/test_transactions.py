"""Values go with the rows that they are made from: both are kept, or both undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from tests.computedapp.models import Copy, Country, Shelf, Title
from tests.integration.computed.blocks import undone
from tests.support.database import committing
from tests.support.drift import drifted

if TYPE_CHECKING:
    from tests.integration.computed.shop import Shop
    from tests.support.acting import Act

pytestmark = committing

# Django 6.1 has another name for it and warns of the old one.
savepoint = getattr(transaction, "savepoint_create", None) or transaction.savepoint


def test_rolled_back_savepoint_takes_its_values_along(shop: Shop, act: Act) -> None:
    with transaction.atomic():
        act(shop.all(Country), "update", code="KEPT")
        with undone():
            act(shop.all(Copy), "update", shelf=shop.right)
        inside = drifted()

    assert inside == []
    assert drifted() == []
    assert shop.row(shop.left).size == 2
    assert shop.row(shop.ada).line == "Ada (Oak, KEPT)"


def test_write_after_a_rolled_back_savepoint_is_seen(shop: Shop, act: Act) -> None:
    with transaction.atomic():
        with undone():
            act(shop.all(Copy), "update", price=1)
        act(shop.all(Copy), "update", price=2)

    assert drifted() == []
    assert shop.row(shop.left).total == 4


def test_savepoints_by_hand_take_their_values_along(shop: Shop, act: Act) -> None:
    with transaction.atomic():
        sid = savepoint()
        act(shop.all(Shelf), "update", label="gone")
        transaction.savepoint_rollback(sid)
        sid = savepoint()
        act(shop.all(Title), "update", name="kept")
        transaction.savepoint_commit(sid)

    assert drifted() == []
    assert shop.row(shop.left).upper == "LEFT"
    assert shop.row(shop.ada).line == "kept (Oak, HE)"


def test_rolled_back_transaction_leaves_everything_as_it_was(
    shop: Shop, act: Act
) -> None:
    with undone():
        act(shop.all(Copy), "delete")
        act(shop.all(Country), "update", code="GONE")

    assert drifted() == []
    assert shop.row(shop.left).size == 2


def test_two_databases_keep_apart_in_one_block(shop: Shop, act: Act) -> None:
    act(shop.all(Shelf).using("other"), "create", label="there")

    with transaction.atomic("other"), transaction.atomic():
        act(Shelf.objects.using("other"), "update", label="moved")
        act(Shelf.objects, "update", label="here")
        transaction.set_rollback(True)

    assert drifted() == []
    assert drifted(using="other") == []
    assert shop.row(shop.left).upper == "LEFT"
    assert Shelf.objects.using("other").get().upper == "MOVED"
