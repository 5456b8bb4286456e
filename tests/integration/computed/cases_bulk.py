"""Writes of many rows by few statements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import connections
from django.db.models import Case as When_
from django.db.models import F, OuterRef, Subquery, Value, When

from tests.computedapp.corners import Crate, Depot
from tests.computedapp.models import (
    Branch,
    Chair,
    Copy,
    Country,
    Hall,
    Loan,
    Note,
    Publisher,
    Room,
    Shelf,
    Tag,
    Ticket,
    Title,
)
from tests.integration.computed.case import Case

if TYPE_CHECKING:
    from django.db.models import Model

    from tests.integration.computed.shop import Shop
    from tests.support.acting import Act

__all__ = ["BULKS"]

_LINKS: Final = Tag.titles.through


def _update(act: Act, shop: Shop, model: type[Model], **values: Any) -> None:
    act(shop.all(model), "update", **values)


def _by_subquery(act: Act, shop: Shop) -> None:
    other = shop.all(Shelf).exclude(pk=OuterRef("shelf_id")).order_by("pk").values("pk")
    act(shop.all(Copy), "update", shelf=Subquery(other[:1]))


def _by_case(act: Act, shop: Shop) -> None:
    place = When_(
        When(shelf=shop.left, then=Value(shop.right.pk)), default=Value(shop.left.pk)
    )
    act(shop.all(Copy), "update", shelf=place)


def _upsert(
    act: Act, shop: Shop, model: type[Model], rows: list[Any], fields: list[str]
) -> None:
    """Insert rows, or give the named fields of those that are there new values."""
    target = connections[shop.alias].features.supports_update_conflicts_with_target
    by_key = {"unique_fields": ["pk"]} if target else {}
    act(
        shop.all(model),
        "bulk_create",
        rows,
        update_conflicts=True,
        update_fields=fields,
        **by_key,
    )


def _upserted_crates(shop: Shop) -> list[Crate]:
    return [
        Crate(pk=shop.first.pk, depot=shop.main, weight=40, width=9, height=9),
        Crate(pk=shop.third.pk + 1, depot=shop.dark, weight=5, width=2, height=2),
    ]


def _upsert_tickets(act: Act, shop: Shop) -> None:
    target = connections[shop.alias].features.supports_update_conflicts_with_target
    by_key = {"unique_fields": ["day", "seat"]} if target else {}
    act(
        shop.all(Ticket),
        "bulk_create",
        [
            Ticket(day=1, seat=7, hall=shop.annex),
            Ticket(day=5, seat=5, hall=shop.hall),
        ],
        update_conflicts=True,
        update_fields=["hall"],
        **by_key,
    )


def _bulk_update(
    act: Act, shop: Shop, rows: list[Any], *names: str, **values: Any
) -> None:
    for row in rows:
        for name, value in values.items():
            setattr(row, name, value)
    act(shop.all(type(rows[0])), "bulk_update", rows, [*names])


BULKS: Final = (
    Case.of(
        "update of a source",
        lambda act, shop: _update(act, shop, Copy, price="2.00"),
        "Shelf.total",
        "Copy.third",
    ),
    Case.of(
        "update of a local source",
        lambda act, shop: _update(act, shop, Copy, amount=9),
        "Copy.place",
    ),
    Case.of(
        "update of a foreign key",
        lambda act, shop: _update(act, shop, Copy, shelf=shop.right),
        "Shelf.total",
        "Shelf.size",
        "Shelf.summary",
        "Shelf.dearest",
        "Shelf.pride",
        "Copy.place",
    ),
    Case.of(
        "update of a foreign key to nothing",
        lambda act, shop: _update(act, shop, Copy, shelf=None),
        "Shelf.total",
        "Shelf.pride",
        "Copy.place",
    ),
    Case.of(
        "update by an expression",
        lambda act, shop: _update(act, shop, Copy, price=F("price") + 1),
        "Shelf.total",
        "Copy.third",
    ),
    Case.of("update of a foreign key by a subquery", _by_subquery, "Shelf.total"),
    Case.of("update of a foreign key by CASE", _by_case, "Shelf.total", "Copy.place"),
    Case.of(
        "update of rows found by another table",
        lambda act, shop: act(
            shop.all(Copy).filter(title__publisher__country__code="HE"),
            "update",
            price="8.00",
        ),
        "Shelf.total",
    ),
    Case.of(
        "update that moves rows out of its own filter",
        lambda act, shop: act(
            shop.all(Copy).filter(shelf=shop.left), "update", shelf=shop.right
        ),
        "Shelf.total",
        "Shelf.size",
        "Copy.place",
    ),
    Case.of(
        "update at the far end of a path",
        lambda act, shop: _update(act, shop, Country, code="YY"),
        "Title.line",
        "Shelf.summary",
        "Shelf.pride",
    ),
    Case.of(
        "update in the middle of a path",
        lambda act, shop: _update(act, shop, Publisher, country=None),
        "Title.line",
        "Shelf.summary",
    ),
    Case.of(
        "update of a foreign key at the near end of a path",
        lambda act, shop: _update(act, shop, Title, publisher=shop.elm),
        "Title.line",
        "Publisher.copies_printed",
    ),
    Case.of(
        "update of what a generated column is made from",
        lambda act, shop: _update(act, shop, Crate, width=F("width") + 1),
        "Crate.surface",
        "Depot.floor",
    ),
    Case.of(
        "update of a column of a parent's table",
        lambda act, shop: _update(act, shop, Hall, name="same"),
        "Room.sign",
        "Hall.poster",
        "Ticket.text",
    ),
    Case.of(
        "update of columns of both tables",
        lambda act, shop: _update(act, shop, Hall, name="same", seats=1),
        "Room.sign",
        "Hall.poster",
        "Ticket.text",
    ),
    Case.of(
        "update of a parent's rows",
        lambda act, shop: _update(act, shop, Room, name="same"),
        "Room.sign",
        "Hall.poster",
        "Ticket.text",
    ),
    Case.of(
        "update of rows with a composite key",
        lambda act, shop: _update(act, shop, Chair, hall=shop.annex),
        "Hall.poster",
    ),
    Case.of(
        "update of rows with a composite key that compute",
        lambda act, shop: _update(act, shop, Ticket, hall=shop.annex),
        "Ticket.text",
    ),
    Case.of(
        "update of a through model",
        lambda act, shop: _update(act, shop, Loan, member=shop.noa, days=5),
        "Member.loan_days",
    ),
    Case.of(
        "update of a made through model",
        lambda act, shop: act(
            shop.all(_LINKS).filter(title=shop.ada), "update", title=shop.cyd
        ),
        "Tag.names",
        "Title.words",
    ),
    Case.of(
        "update of a generic relation",
        lambda act, shop: act(
            shop.all(Note).filter(pk=shop.note.pk),
            "update",
            object_id=str(shop.bob.pk),
        ),
        "Title.remarks",
    ),
    Case.of(
        "update under key zero",
        lambda act, shop: _update(act, shop, Crate, depot=0, weight=3),
        "Depot.load",
        "Crate.label",
    ),
    Case.of(
        "update under a parent that its manager hides",
        lambda act, shop: _update(act, shop, Crate, depot=shop.dark),
        "Depot.load",
        "Depot.sign",
        "Crate.label",
    ),
    Case.of(
        "update of parents that their manager hides",
        lambda act, shop: _update(act, shop, Depot, name="same"),
        "Crate.label",
    ),
    Case.of(
        "update of a tree",
        lambda act, shop: _update(act, shop, Branch, parent=shop.twig),
        "Branch.family",
    ),
    Case.of(
        "update of a computed field itself",
        lambda act, shop: _update(act, shop, Copy, place="wrong", price="3.00"),
        "Shelf.total",
    ),
    Case.of(
        "bulk_create",
        lambda act, shop: act(
            shop.all(Copy),
            "bulk_create",
            [
                Copy(title=shop.cyd, shelf=shop.left, price="90.00", amount=2),
                Copy(title=shop.ada, shelf=shop.right, price="80.00"),
                Copy(title=shop.ada, price="7.00"),
            ],
        ),
        "Shelf.total",
        "Shelf.size",
        "Shelf.summary",
        "Shelf.dearest",
        "Publisher.copies_printed",
    ),
    Case.of(
        "bulk_create in batches",
        lambda act, shop: act(
            shop.all(Copy),
            "bulk_create",
            [Copy(title=shop.ada, shelf=shop.left, price=n) for n in range(5)],
            batch_size=2,
        ),
        "Shelf.total",
        "Shelf.size",
    ),
    Case.of(
        "bulk_create of rows with a composite key",
        lambda act, shop: act(
            shop.all(Ticket),
            "bulk_create",
            [Ticket(day=2, seat=n, hall=shop.annex) for n in range(3)],
        ),
    ),
    Case.of(
        "bulk_create of rows with a generated column",
        lambda act, shop: act(
            shop.all(Crate),
            "bulk_create",
            [Crate(depot=shop.zero, width=n, height=2) for n in range(1, 4)],
        ),
        "Depot.load",
        "Depot.floor",
    ),
    Case.of(
        "bulk_create of a tree",
        lambda act, shop: act(
            shop.all(Branch),
            "bulk_create",
            [Branch(name="b", parent=shop.root), Branch(name="c", parent=shop.leaf)],
        ),
        "Branch.family",
    ),
    Case.of(
        "bulk_create of a through model",
        lambda act, shop: act(
            shop.all(Loan),
            "bulk_create",
            [
                Loan(member=shop.noa, title=shop.ada, days=2),
                Loan(member=shop.mia, title=shop.ada, days=2),
            ],
        ),
        "Member.loan_days",
    ),
    Case.of(
        "bulk_create of a made through model",
        lambda act, shop: act(
            shop.all(_LINKS),
            "bulk_create",
            [
                _LINKS(tag=shop.blue, title=shop.ada),
                _LINKS(tag=shop.red, title=shop.cyd),
            ],
        ),
        "Tag.names",
        "Title.words",
    ),
    Case.of(
        "bulk_create that ignores conflicts",
        lambda act, shop: act(
            shop.all(Crate),
            "bulk_create",
            [
                Crate(pk=shop.first.pk, depot=shop.main, weight=1000),
                Crate(pk=shop.third.pk + 1, depot=shop.dark, weight=5, width=3),
            ],
            ignore_conflicts=True,
        ),
        "Depot.load",
        "Depot.floor",
    ),
    Case.of(
        "upsert that moves rows",
        lambda act, shop: _upsert(
            act, shop, Crate, _upserted_crates(shop), ["depot", "weight"]
        ),
        "Depot.load",
        "Depot.sign",
        "Crate.label",
    ),
    Case.of(
        "upsert that leaves rows where they are",
        lambda act, shop: _upsert(
            act, shop, Crate, _upserted_crates(shop), ["width", "height"]
        ),
        "Depot.floor",
        "Crate.surface",
    ),
    Case.of(
        "upsert of parents",
        lambda act, shop: _upsert(
            act,
            shop,
            Depot,
            [Depot(number=0, name="a"), Depot(number=7, name="b"), Depot(number=3)],
            ["name"],
        ),
        "Crate.label",
    ),
    Case.of("upsert of composite keys", _upsert_tickets, "Ticket.text"),
    Case.of(
        "bulk_update of a foreign key and a source",
        lambda act, shop: _bulk_update(
            act,
            shop,
            [shop.one, shop.three, shop.loose],
            "shelf",
            "price",
            shelf=shop.right,
            price="11.00",
        ),
        "Shelf.total",
        "Shelf.size",
        "Shelf.summary",
        "Copy.place",
        "Copy.third",
    ),
    Case.of(
        "bulk_update at the far end of a path",
        lambda act, shop: _bulk_update(
            act, shop, [shop.here, shop.there], "code", code="ZZ"
        ),
        "Title.line",
        "Shelf.summary",
    ),
    Case.of(
        "bulk_update of what a generated column is made from",
        lambda act, shop: _bulk_update(
            act, shop, [shop.first, shop.second], "width", width=70
        ),
        "Crate.surface",
        "Depot.floor",
    ),
    Case.of(
        "bulk_update of a column of a parent's table",
        lambda act, shop: _bulk_update(
            act, shop, [shop.hall, shop.annex], "name", name="same"
        ),
        "Room.sign",
        "Hall.poster",
        "Ticket.text",
    ),
    Case.of(
        "bulk_update of rows with a composite key",
        lambda act, shop: _bulk_update(
            act,
            shop,
            [shop.chair, shop.stool],
            "broken",
            "hall",
            broken=True,
            hall=shop.annex,
        ),
        "Hall.poster",
    ),
    Case.of(
        "bulk_update of a through model",
        lambda act, shop: _bulk_update(act, shop, [shop.loan], "days", days=30),
        "Member.loan_days",
    ),
    Case.of(
        "bulk_update of a generic relation",
        lambda act, shop: _bulk_update(
            act, shop, [shop.note], "object_id", object_id=str(shop.cyd.pk)
        ),
        "Title.remarks",
    ),
    Case.of(
        "bulk_update of parents that their manager hides",
        lambda act, shop: _bulk_update(
            act, shop, [shop.dark, shop.zero], "name", name="same"
        ),
        "Crate.label",
    ),
)
