"""Writes through related managers, and deletes with what they take along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.computedapp.corners import Depot
from tests.computedapp.models import (
    Chair,
    Copy,
    Country,
    Loan,
    Note,
    Publisher,
    Shelf,
    Tag,
    Title,
)
from tests.integration.computed.case import Case

if TYPE_CHECKING:
    from tests.integration.computed.shop import Shop
    from tests.support.acting import Act

__all__ = ["DELETES", "RELATIONS"]

_MOVED: Final = (
    "Shelf.total",
    "Shelf.size",
    "Shelf.summary",
    "Shelf.dearest",
    "Shelf.pride",
    "Copy.place",
)


def _copies(
    act: Act, shop: Shop, method: str, *args: Any, owner: str = "left", **kwargs: Any
) -> None:
    act(getattr(shop, owner).copies, method, *args, **kwargs)


def _reverse_managers(*, bulk: bool) -> tuple[Case, ...]:
    """Return every write of the manager of a reverse foreign key, in one mode."""
    mode = "in bulk" if bulk else "row by row"
    return (
        Case.of(
            f"add to a reverse foreign key {mode}",
            lambda act, shop: _copies(
                act, shop, "add", shop.one, shop.loose, owner="right", bulk=bulk
            ),
            *_MOVED,
        ),
        Case.of(
            f"remove from a reverse foreign key {mode}",
            lambda act, shop: _copies(act, shop, "remove", shop.one, bulk=bulk),
            *_MOVED,
        ),
        Case.of(
            f"clear a reverse foreign key {mode}",
            lambda act, shop: _copies(act, shop, "clear", bulk=bulk),
            *_MOVED,
        ),
        Case.of(
            f"set a reverse foreign key {mode}",
            lambda act, shop: _copies(
                act, shop, "set", [shop.two, shop.three, shop.loose], bulk=bulk
            ),
            *_MOVED,
        ),
        Case.of(
            f"clear and set a reverse foreign key {mode}",
            lambda act, shop: _copies(
                act, shop, "set", [shop.three], bulk=bulk, clear=True
            ),
            *_MOVED,
        ),
        Case.of(
            f"add to a generic relation {mode}",
            lambda act, shop: act(shop.cyd.notes, "add", shop.note, bulk=bulk),
            "Title.remarks",
        ),
        Case.of(
            f"remove from a generic relation {mode}",
            lambda act, shop: act(shop.ada.notes, "remove", shop.note, bulk=bulk),
            "Title.remarks",
        ),
        Case.of(
            f"clear a generic relation {mode}",
            lambda act, shop: act(shop.ada.notes, "clear", bulk=bulk),
            "Title.remarks",
        ),
        Case.of(
            f"set a generic relation {mode}",
            lambda act, shop: act(shop.ada.notes, "set", [shop.remark], bulk=bulk),
            "Title.remarks",
        ),
    )


RELATIONS: Final = (
    *_reverse_managers(bulk=True),
    *_reverse_managers(bulk=False),
    Case.of(
        "create by a reverse foreign key",
        lambda act, shop: _copies(act, shop, "create", title=shop.cyd, price="90.00"),
        "Shelf.total",
        "Shelf.pride",
    ),
    Case.of(
        "update_or_create by a reverse foreign key",
        lambda act, shop: _copies(
            act, shop, "update_or_create", title=shop.ada, defaults={"price": "2.00"}
        ),
        "Shelf.total",
        "Shelf.pride",
    ),
    Case.of(
        "create by a generic relation",
        lambda act, shop: act(shop.cyd.notes, "create", text="new"),
        "Title.remarks",
    ),
    Case.of(
        "add to many-to-many",
        lambda act, shop: act(shop.blue.titles, "add", shop.ada, shop.cyd),
        "Tag.names",
        "Title.words",
    ),
    Case.of(
        "remove from many-to-many",
        lambda act, shop: act(shop.red.titles, "remove", shop.ada),
        "Tag.names",
        "Title.words",
    ),
    Case.of(
        "set many-to-many",
        lambda act, shop: act(shop.red.titles, "set", [shop.bob, shop.cyd]),
        "Tag.names",
        "Title.words",
    ),
    Case.of(
        "clear and set many-to-many",
        lambda act, shop: act(shop.red.titles, "set", [shop.cyd], clear=True),
        "Tag.names",
        "Title.words",
    ),
    Case.of(
        "clear many-to-many",
        lambda act, shop: act(shop.red.titles, "clear"),
        "Tag.names",
        "Title.words",
    ),
    Case.of(
        "create by many-to-many",
        lambda act, shop: act(shop.red.titles, "create", name="new"),
        "Tag.names",
    ),
    Case.of(
        "add to many-to-many backwards",
        lambda act, shop: act(shop.cyd.tags, "add", shop.red, shop.blue),
        "Tag.names",
        "Title.words",
    ),
    Case.of(
        "remove from many-to-many backwards",
        lambda act, shop: act(shop.ada.tags, "remove", shop.red),
        "Tag.names",
        "Title.words",
    ),
    Case.of(
        "set many-to-many backwards",
        lambda act, shop: act(shop.ada.tags, "set", [shop.blue]),
        "Tag.names",
        "Title.words",
    ),
    Case.of(
        "clear many-to-many backwards",
        lambda act, shop: act(shop.ada.tags, "clear"),
        "Tag.names",
        "Title.words",
    ),
    Case.of(
        "add through a model",
        lambda act, shop: act(
            shop.noa.lent, "add", shop.ada, shop.bob, through_defaults={"days": 4}
        ),
        "Member.loan_days",
    ),
    Case.of(
        "remove through a model",
        lambda act, shop: act(shop.mia.lent, "remove", shop.ada),
        "Member.loan_days",
    ),
    Case.of(
        "set through a model backwards",
        lambda act, shop: act(shop.ada.members, "set", [shop.noa]),
        "Member.loan_days",
    ),
    Case.of(
        "clear through a model",
        lambda act, shop: act(shop.mia.lent, "clear"),
        "Member.loan_days",
    ),
)

DELETES: Final = (
    Case.of(
        "delete of a row",
        lambda act, shop: act(shop.one, "delete"),
        "Shelf.total",
        "Shelf.size",
        "Shelf.summary",
        "Shelf.dearest",
        "Shelf.pride",
        "Publisher.copies_printed",
    ),
    Case.of(
        "delete of many rows",
        lambda act, shop: act(shop.all(Copy), "delete"),
        "Shelf.total",
        "Shelf.pride",
        "Publisher.copies_printed",
    ),
    Case.of(
        "delete of rows found by another table",
        lambda act, shop: act(
            shop.all(Copy).filter(title__publisher=shop.oak), "delete"
        ),
        "Shelf.total",
        "Shelf.pride",
    ),
    Case.of(
        "delete that sets NULL",
        lambda act, shop: act(shop.left, "delete"),
        "Copy.place",
    ),
    Case.of(
        "delete of many that sets NULL",
        lambda act, shop: act(shop.all(Shelf), "delete"),
        "Copy.place",
    ),
    Case.of(
        "delete that sets NULL in the middle of a path",
        lambda act, shop: act(shop.here, "delete"),
        "Title.line",
        "Shelf.summary",
        "Shelf.pride",
    ),
    Case.of(
        "delete of many that sets NULL in the middle of a path",
        lambda act, shop: act(shop.all(Country), "delete"),
        "Title.line",
        "Shelf.summary",
        "Shelf.pride",
    ),
    Case.of(
        "delete that sets the default",
        lambda act, shop: act(shop.main, "delete"),
        "Depot.load",
        "Depot.floor",
        "Crate.label",
    ),
    Case.of(
        "delete of a hidden row that sets the default",
        lambda act, shop: act(shop.dark, "delete"),
        "Depot.load",
        "Crate.label",
    ),
    Case.of(
        "delete of many that sets the default",
        lambda act, shop: act(shop.all(Depot).filter(number__gt=0), "delete"),
        "Depot.load",
        "Depot.sign",
        "Crate.label",
    ),
    Case.of(
        "delete that cascades over two tables",
        lambda act, shop: act(shop.oak, "delete"),
        "Shelf.total",
        "Shelf.pride",
        "Tag.names",
        "Member.loan_days",
    ),
    Case.of(
        "delete of many that cascades over two tables",
        lambda act, shop: act(shop.all(Publisher), "delete"),
        "Shelf.total",
        "Shelf.pride",
        "Tag.names",
        "Member.loan_days",
    ),
    Case.of(
        "delete that cascades to a through table",
        lambda act, shop: act(shop.red, "delete"),
        "Title.words",
    ),
    Case.of(
        "delete of many that cascades to a through table",
        lambda act, shop: act(shop.all(Title), "delete"),
        "Tag.names",
        "Member.loan_days",
        "Shelf.total",
    ),
    Case.of(
        "delete of a through model's rows",
        lambda act, shop: act(shop.all(Loan), "delete"),
        "Member.loan_days",
    ),
    Case.of(
        "delete of a made through model's rows",
        lambda act, shop: act(shop.all(Tag.titles.through), "delete"),
        "Tag.names",
        "Title.words",
    ),
    Case.of(
        "delete of generically related rows",
        lambda act, shop: act(shop.all(Note), "delete"),
        "Title.remarks",
    ),
    Case.of(
        "delete of rows with a composite key",
        lambda act, shop: act(shop.all(Chair).filter(broken=True), "delete"),
        "Hall.poster",
        "Ticket.text",
    ),
    Case.of(
        "delete of a row with a composite key",
        lambda act, shop: act(shop.chair, "delete"),
        "Hall.poster",
        "Ticket.text",
    ),
    Case.of(
        "delete of a child and its parent's row",
        lambda act, shop: act(shop.hall, "delete"),
    ),
    Case.of(
        "delete of a branch with those below",
        lambda act, shop: act(shop.leaf, "delete"),
        "Branch.family",
    ),
    Case.of(
        "delete of what a computed foreign key points at",
        lambda act, shop: act(shop.all(Copy).filter(price__gte=7), "delete"),
        "Shelf.dearest",
        "Shelf.pride",
    ),
)
