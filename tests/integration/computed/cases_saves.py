"""Writes of single rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db.models import F, Model, Value
from django.db.models.functions import Upper

from tests.computedapp.corners import Crate, Depot
from tests.computedapp.models import Branch, Copy, Hall, Loan, Room, Shelf
from tests.integration.computed.case import Case

if TYPE_CHECKING:
    from tests.integration.computed.shop import Shop
    from tests.support.acting import Act

__all__ = ["SAVES"]


def _save(act: Act, shop: Shop, row: Model, *names: str, **values: Any) -> None:
    """Set attributes and save, only the named fields if there are any."""
    for name, value in values.items():
        setattr(row, name, value)
    only = {"update_fields": [*names]} if names else {}
    act(row, "save", using=shop.alias, **only)


def _new_copy(shop: Shop, **values: Any) -> Copy:
    return Copy(**{"title": shop.cyd, "shelf": shop.left, "price": "99.00", **values})


def _partly_loaded(act: Act, shop: Shop) -> None:
    copy = shop.all(Copy).only("price").get(pk=shop.one.pk)
    _save(act, shop, copy, price="70.00")


def _saved_through_the_parent(act: Act, shop: Shop) -> None:
    _save(act, shop, shop.all(Room).get(pk=shop.hall.pk), name="grand")


SAVES: Final = (
    Case.of(
        "save of a new row",
        lambda act, shop: _save(act, shop, _new_copy(shop)),
        "Shelf.total",
        "Shelf.size",
        "Shelf.summary",
        "Shelf.dearest",
        "Shelf.pride",
        "Publisher.copies_printed",
    ),
    Case.of(
        "save of a moved row",
        lambda act, shop: _save(act, shop, shop.one, shelf=shop.right),
        "Shelf.total",
        "Shelf.size",
        "Shelf.summary",
        "Shelf.dearest",
        "Shelf.pride",
        "Copy.place",
    ),
    Case.of(
        "save of a row that moves nowhere",
        lambda act, shop: _save(act, shop, shop.one, shelf=None),
        "Shelf.total",
        "Copy.place",
    ),
    Case.of(
        "save of a row loaded in part",
        _partly_loaded,
        "Shelf.total",
        "Copy.third",
    ),
    Case.of(
        "update_fields with a foreign key by its column",
        lambda act, shop: _save(
            act, shop, shop.one, "shelf_id", shelf_id=shop.right.pk
        ),
        "Shelf.total",
        "Shelf.size",
        "Shelf.summary",
        "Shelf.dearest",
        "Shelf.pride",
        "Copy.place",
    ),
    Case.of(
        "update_fields with a foreign key by its name",
        lambda act, shop: _save(act, shop, shop.one, "shelf", shelf=shop.right),
        "Shelf.total",
        "Shelf.size",
        "Copy.place",
    ),
    Case.of(
        "update_fields with a local source",
        lambda act, shop: _save(act, shop, shop.one, "price", price="40.00"),
        "Copy.third",
        "Shelf.total",
    ),
    Case.of(
        "update_fields with what a generated column is made from",
        lambda act, shop: _save(act, shop, shop.first, "width", width=50),
        "Crate.surface",
        "Depot.floor",
    ),
    Case.of(
        "save of what a generated column is made from",
        lambda act, shop: _save(act, shop, shop.first, width=50),
        "Crate.surface",
        "Depot.floor",
    ),
    Case.of(
        "save of a new row with a generated column",
        lambda act, shop: _save(
            act, shop, Crate(depot=shop.main, width=3, height=11, weight=2)
        ),
        "Depot.floor",
        "Depot.load",
        "Depot.sign",
    ),
    Case.of(
        "save with an expression in a local source",
        lambda act, shop: _save(act, shop, shop.one, price=F("price") * 3),
        "Copy.third",
        "Shelf.total",
    ),
    Case.of(
        "save with an expression in a foreign key",
        lambda act, shop: _save(
            act, shop, shop.one, "shelf", shelf_id=Value(shop.right.pk)
        ),
        "Shelf.total",
        "Copy.place",
    ),
    Case.of(
        "save of a new row with an expression",
        lambda act, shop: _save(act, shop, Shelf(label=Upper(Value("expressed")))),
    ),
    Case.of(
        "create",
        lambda act, shop: act(
            shop.all(Copy), "create", title=shop.ada, shelf=shop.left, price="99"
        ),
        "Shelf.total",
        "Shelf.dearest",
    ),
    Case.of(
        "get_or_create that creates",
        lambda act, shop: act(
            shop.all(Copy), "get_or_create", title=shop.cyd, shelf=shop.left
        ),
        "Shelf.size",
        "Shelf.summary",
    ),
    Case.of(
        "update_or_create that creates",
        lambda act, shop: act(
            shop.all(Copy),
            "update_or_create",
            title=shop.cyd,
            shelf=shop.left,
            defaults={"price": "60.00"},
        ),
        "Shelf.total",
        "Shelf.pride",
    ),
    Case.of(
        "update_or_create that updates",
        lambda act, shop: act(
            shop.all(Copy),
            "update_or_create",
            pk=shop.one.pk,
            defaults={"price": "60.00", "shelf": shop.right},
        ),
        "Shelf.total",
        "Copy.place",
        "Copy.third",
    ),
    Case.of(
        "save at the far end of a path",
        lambda act, shop: _save(act, shop, shop.here, code="XX"),
        "Title.line",
        "Shelf.summary",
        "Shelf.pride",
    ),
    Case.of(
        "save in the middle of a path",
        lambda act, shop: _save(act, shop, shop.oak, country=shop.there),
        "Title.line",
        "Shelf.summary",
        "Shelf.pride",
    ),
    Case.of(
        "save that moves a computed foreign key inside a chain",
        lambda act, shop: _save(act, shop, shop.two, price="50.00"),
        "Shelf.dearest",
        "Shelf.pride",
    ),
    Case.of(
        "save of what a computed foreign key points at",
        lambda act, shop: _save(act, shop, shop.one, title=shop.cyd),
        "Shelf.pride",
        "Publisher.copies_printed",
    ),
    Case.of(
        "save of a child that writes its parent's table",
        lambda act, shop: _save(act, shop, shop.hall, name="grand"),
        "Room.sign",
        "Hall.poster",
        "Ticket.text",
    ),
    Case.of(
        "save of a parent alone",
        _saved_through_the_parent,
        "Room.sign",
        "Hall.poster",
        "Ticket.text",
    ),
    Case.of(
        "save of a new child of a parent",
        lambda act, shop: _save(act, shop, Hall(name="new", seats=3)),
    ),
    Case.of(
        "update_fields with a column of the parent's table",
        lambda act, shop: _save(act, shop, shop.hall, "name", name="grand"),
        "Room.sign",
        "Hall.poster",
        "Ticket.text",
    ),
    Case.of(
        "save of a moved row with a composite key",
        lambda act, shop: _save(act, shop, shop.chair, hall=shop.annex),
        "Hall.poster",
        "Ticket.text",
    ),
    Case.of(
        "save of a row with a composite key that computes",
        lambda act, shop: _save(act, shop, shop.ticket, hall=shop.annex),
        "Ticket.text",
    ),
    Case.of(
        "save of a row that leads to key zero",
        lambda act, shop: _save(act, shop, shop.third, depot=shop.zero),
        "Depot.load",
        "Depot.sign",
        "Crate.label",
    ),
    Case.of(
        "save of the row with key zero",
        lambda act, shop: _save(act, shop, shop.zero, name="nought"),
        "Crate.label",
    ),
    Case.of(
        "save under a parent that its manager hides",
        lambda act, shop: _save(act, shop, shop.second, weight=77),
        "Depot.load",
        "Depot.sign",
        "Crate.label",
    ),
    Case.of(
        "save of a parent that its manager hides",
        lambda act, shop: _save(act, shop, shop.dark, name="darker"),
        "Crate.label",
    ),
    Case.of(
        "save that hides a parent",
        lambda act, shop: _save(
            act, shop, shop.main, hidden=True, name="gone", load=-1
        ),
        "Crate.label",
    ),
    Case.of(
        "save of a new parent under a manager that hides it",
        lambda act, shop: _save(act, shop, Depot(number=9, hidden=True)),
    ),
    Case.of(
        "save that moves a generic relation",
        lambda act, shop: _save(act, shop, shop.note, object_id=str(shop.cyd.pk)),
        "Title.remarks",
    ),
    Case.of(
        "save that moves a generic relation to another model's row",
        lambda act, shop: _save(act, shop, shop.note, about=shop.left),
        "Title.remarks",
    ),
    Case.of(
        "save of a row of a through model",
        lambda act, shop: _save(act, shop, shop.loan, member=shop.noa),
        "Member.loan_days",
    ),
    Case.of(
        "save of a new row of a through model",
        lambda act, shop: _save(act, shop, Loan(member=shop.noa, title=shop.bob)),
        "Member.loan_days",
    ),
    Case.of(
        "save that moves a branch of a tree",
        lambda act, shop: _save(act, shop, shop.leaf, parent=shop.twig),
        "Branch.family",
    ),
    Case.of(
        "save of a new branch of a tree",
        lambda act, shop: _save(act, shop, Branch(name="bud", parent=shop.leaf)),
        "Branch.family",
    ),
)
