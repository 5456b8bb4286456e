"""Deletes, and what follows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.changes.rows_saves import BOOKS
from tests.changes.world import Row, World, delete, update
from tests.changesapp.models import (
    Membership,
    Node,
    Parcel,
    Person,
    Place,
    Profile,
    Seat,
    Token,
    Tool,
)
from tests.testapp.models import (
    Author,
    Book,
    LongBook,
    Member,
    Note,
    Order,
    Reader,
    Shelf,
)

if TYPE_CHECKING:
    from django.db.models import Model

    from django_reckon.changes.event import Change

__all__ = ["DELETES"]

LINKS: Final = Shelf.books.through
AROUND_BOOKS: Final[dict[type[Model], tuple[str, ...]]] = {
    Author: (),
    Book: ("author", "editor"),
    Order: ("book",),
    Note: ("object_id",),
    LINKS: ("shelf", "book"),
}


def _book_gone(world: World) -> list[Change]:
    book = world.pk["book"]
    return [
        delete(Book, book, author=[world.pk["ann"]], editor=[world.pk["bob"]]),
        delete(Order, world.pk["order"], book=[book]),
        delete(Note, world.pk["note"], object_id=[book]),
        delete(LINKS, world.link_key, shelf=[world.pk["shelf"]], book=[book]),
    ]


def _bob_gone(world: World) -> list[Change]:
    bob, ann, second = world.pk["bob"], world.pk["ann"], world.pk["second"]
    return [
        delete(Author, bob),
        delete(Book, second, author=[bob], editor=[]),
        update(
            Book,
            world.pk["book"],
            fields=["editor"],
            before={"editor": [bob]},
            author=[ann],
            editor=[],
        ),
    ]


def _here_gone(world: World) -> list[Change]:
    """Return what the end of a place does: all three SET_* and cascades."""
    here, parcel = world.pk["here"], world.pk["parcel"]
    moves: dict[str, list[Any]] = {
        "at": [],
        "home": [world.pk["default"]],
        "last": [world.pk["lost"]],
    }
    changes = []
    pointing: dict[str, list[Any]] = {name: [here] for name in moves}
    for name, to in moves.items():
        after = {**pointing, name: to}
        changes.append(
            update(Parcel, parcel, fields=[name], before=dict(pointing), **after)
        )
        pointing = after
    return changes


def _tree_gone(world: World) -> list[Change]:
    root, leaf = world.pk["root"], world.pk["leaf"]
    if not world.loses_nulls:
        return [delete(Node, leaf, root, parent=[root])]
    return [
        update(Node, leaf, fields=["parent"], before={"parent": [root]}, parent=[]),
        delete(Node, leaf, root, parent=[]),
    ]


DELETES: Final = [
    Row(
        name="delete of a row without relations",
        watched={Tool: ("place",)},
        sync=lambda w: w.tool.delete(),
        twin=lambda w: w.tool.adelete(),
        expected=lambda w: [delete(Tool, w.pk["tool"], place=[w.here.pk])],
    ),
    Row(
        name="delete cascades",
        watched=AROUND_BOOKS,
        sync=lambda w: w.book.delete(),
        twin=lambda w: w.book.adelete(),
        expected=_book_gone,
    ),
    Row(
        name="delete sets null",
        watched={Author: (), **BOOKS},
        sync=lambda w: w.bob.delete(),
        twin=lambda w: w.bob.adelete(),
        expected=_bob_gone,
    ),
    Row(
        name="delete sets null, default and a value",
        watched={Parcel: ("at", "home", "last")},
        sync=lambda w: w.here.delete(),
        twin=lambda w: w.here.adelete(),
        expected=_here_gone,
    ),
    Row(
        name="delete cascades to a composite key",
        watched={Seat: ("place",)},
        sync=lambda w: w.here.delete(),
        twin=lambda w: w.here.adelete(),
        expected=lambda w: [delete(Seat, (1, 1), place=[w.pk["here"]])],
    ),
    Row(
        name="delete cascades to a key of the client",
        watched={Token: ("place",)},
        sync=lambda w: Place.objects.filter(slug="here").delete(),
        twin=lambda w: Place.objects.filter(slug="here").adelete(),
        expected=lambda w: [delete(Token, w.pk["token"], place=[w.pk["here"]])],
    ),
    Row(
        name="delete of a tree",
        watched={Node: ("parent",)},
        sync=lambda w: w.root.delete(),
        twin=lambda w: w.root.adelete(),
        expected=_tree_gone,
    ),
    Row(
        name="delete of a child's row",
        watched={Reader: (), Member: ()},
        sync=lambda w: w.member.delete(),
        twin=lambda w: w.member.adelete(),
        expected=lambda w: [
            delete(Reader, w.pk["member"]),
            delete(Member, w.pk["member"]),
        ],
    ),
    Row(
        name="delete of a parent's row",
        watched={Reader: (), Member: ()},
        sync=lambda w: Reader.objects.filter(name="Mia").delete(),
        twin=lambda w: Reader.objects.filter(name="Mia").adelete(),
        expected=lambda w: [
            delete(Reader, w.pk["member"]),
            delete(Member, w.pk["member"]),
        ],
    ),
    Row(
        name="delete of a proxy",
        watched=BOOKS,
        sync=lambda w: w.second.delete(),
        twin=lambda w: w.second.adelete(),
        expected=lambda w: [delete(Book, w.pk["second"], author=[w.bob.pk], editor=[])],
    ),
    Row(
        name="delete of a proxy's queryset",
        watched=BOOKS,
        sync=lambda w: LongBook.objects.filter(title="B").delete(),
        twin=lambda w: LongBook.objects.filter(title="B").adelete(),
        expected=lambda w: [delete(Book, w.pk["second"], author=[w.bob.pk], editor=[])],
    ),
    Row(
        name="delete of a composite key",
        watched={Seat: ("place",)},
        sync=lambda w: w.seat.delete(),
        twin=lambda w: w.seat.adelete(),
        expected=lambda w: [delete(Seat, (1, 1), place=[w.here.pk])],
    ),
    Row(
        name="delete of a queryset of composite keys",
        watched={Seat: ("place",)},
        sync=lambda w: Seat.objects.filter(line=1).delete(),
        twin=lambda w: Seat.objects.filter(line=1).adelete(),
        expected=lambda w: [
            delete(Seat, (1, 1), (1, 2), place=[w.here.pk, w.there.pk])
        ],
    ),
    Row(
        name="delete of a through row",
        watched={Membership: ("person", "club")},
        sync=lambda w: w.membership.delete(),
        twin=lambda w: w.membership.adelete(),
        expected=lambda w: [
            delete(Membership, w.pk["membership"], person=[w.eve.pk], club=[w.club.pk])
        ],
    ),
    Row(
        name="delete cascades to a relation that is the key",
        watched={Person: (), Profile: ("person",), Membership: ("person",)},
        sync=lambda w: w.eve.delete(),
        twin=lambda w: w.eve.adelete(),
        expected=lambda w: [
            delete(Person, w.pk["eve"]),
            delete(Profile, w.pk["eve"], person=[w.pk["eve"]]),
            delete(Membership, w.pk["membership"], person=[w.pk["eve"]]),
        ],
    ),
    Row(
        name="delete of a queryset that is collected",
        watched=AROUND_BOOKS,
        sync=lambda w: Book.objects.filter(title="A").delete(),
        twin=lambda w: Book.objects.filter(title="A").adelete(),
        expected=_book_gone,
    ),
    Row(
        name="delete of a queryset in one statement",
        watched={Order: ("book",)},
        sync=lambda w: Order.objects.filter(paid=False).delete(),
        twin=lambda w: Order.objects.filter(paid=False).adelete(),
        expected=lambda w: [delete(Order, w.pk["order"], book=[w.book.pk])],
    ),
    Row(
        name="delete of a queryset over a join in one statement",
        watched={Order: ("book",)},
        sync=lambda w: Order.objects.filter(book__author__name="Ann").delete(),
        twin=lambda w: Order.objects.filter(book__author__name="Ann").adelete(),
        expected=lambda w: [delete(Order, w.pk["order"], book=[w.book.pk])],
    ),
    Row(
        name="delete by a queryset of one's own",
        watched={Tool: ("place",)},
        sync=lambda w: Tool.objects.filter(name="saw").delete(),
        twin=lambda w: Tool.objects.filter(name="saw").adelete(),
        expected=lambda w: [delete(Tool, w.pk["tool"], place=[w.here.pk])],
    ),
]
