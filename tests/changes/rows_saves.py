"""Writes of single rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from asgiref.sync import sync_to_async
from django.core import serializers
from django.db.models import F, Value
from django.db.models.functions import Upper

from tests.changes.world import (
    Row,
    World,
    delete,
    fields_of,
    insert,
    load,
    update,
)
from tests.changesapp.models import (
    Membership,
    Node,
    Parcel,
    Profile,
    Seat,
    Token,
    Tool,
)
from tests.testapp.models import Author, Book, LongBook, Member, Reader

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import Model

    from django_reckon.changes.event import Change

__all__ = ["SAVES"]

BOOKS: Final[dict[type[Model], tuple[str, ...]]] = {Book: ("author", "editor")}
PARCELS: Final[dict[type[Model], tuple[str, ...]]] = {Parcel: ("at", "label")}


def _set(row: Model, **values: Any) -> Any:
    for name, value in values.items():
        setattr(row, name, value)
    return row


def _moved(world: World) -> Any:
    return _set(world.book, author=world.bob)


def _fixture(world: World) -> Iterable[Any]:
    fields = {"title": "L", "author": world.bob.pk, "cover": "", "details": {}}
    data = [
        {"model": "testapp.book", "pk": world.book.pk, "fields": fields},
        {"model": "testapp.book", "pk": 9_000, "fields": fields},
        {
            "model": "testapp.shelf",
            "pk": world.shelf.pk,
            "fields": {"label": "l", "books": [world.book.pk, 9_000]},
        },
    ]
    return serializers.deserialize("python", data)


def _loaded(world: World) -> None:
    for each in _fixture(world):
        each.save(using=world.alias)


def _book_inserted(world: World) -> list[Change]:
    return [insert(Book, *world.last(Book), author=[world.ann.pk], editor=[])]


def _book_saved(world: World) -> list[Change]:
    return [
        update(
            Book,
            world.book.pk,
            fields=fields_of(Book),
            author=[world.ann.pk],
            editor=[world.bob.pk],
        )
    ]


def _book_updated(*fields: str) -> Any:
    def expected(world: World) -> list[Change]:
        return [
            update(
                Book,
                world.book.pk,
                fields=fields,
                author=[world.ann.pk],
                editor=[world.bob.pk],
            )
        ]

    return expected


def _author_moved(*fields: str) -> Any:
    def expected(world: World) -> list[Change]:
        return [
            update(
                Book,
                world.book.pk,
                fields=fields or fields_of(Book),
                before={"author": [world.ann.pk]},
                author=[world.bob.pk],
                editor=[world.bob.pk],
            )
        ]

    return expected


SAVES: Final = [
    Row(
        name="save inserts",
        watched=BOOKS,
        sync=lambda w: Book(title="x", author=w.ann).save(),
        twin=lambda w: Book(title="x", author=w.ann).asave(),
        expected=_book_inserted,
    ),
    Row(
        name="save inserts with a key given as text",
        watched=BOOKS,
        sync=lambda w: Book(title="x", author_id=str(w.ann.pk)).save(),
        twin=lambda w: Book(title="x", author_id=str(w.ann.pk)).asave(),
        expected=_book_inserted,
    ),
    Row(
        name="save updates",
        watched=BOOKS,
        sync=lambda w: _set(w.book, title="x").save(),
        twin=lambda w: _set(w.book, title="x").asave(),
        expected=_book_saved,
    ),
    Row(
        name="save moves",
        watched=BOOKS,
        sync=lambda w: _moved(w).save(),
        twin=lambda w: _moved(w).asave(),
        expected=_author_moved(),
    ),
    Row(
        name="save with update_fields by name",
        watched=BOOKS,
        sync=lambda w: _moved(w).save(update_fields=["author", "title"]),
        twin=lambda w: _moved(w).asave(update_fields=["author", "title"]),
        expected=_author_moved("author", "title"),
    ),
    Row(
        name="save with update_fields by attname",
        watched=BOOKS,
        sync=lambda w: _moved(w).save(update_fields=["author_id"]),
        twin=lambda w: _moved(w).asave(update_fields=["author_id"]),
        expected=_author_moved("author"),
    ),
    Row(
        name="save with F",
        watched=BOOKS,
        sync=lambda w: _set(w.book, pages=F("pages") + 1).save(),
        twin=lambda w: _set(w.book, pages=F("pages") + 1).asave(),
        expected=_book_saved,
    ),
    Row(
        name="save with expressions in update_fields",
        watched=BOOKS,
        sync=lambda w: _set(
            w.book, title=Upper(Value("x")), author_id=F("editor_id")
        ).save(update_fields=["title", "author"]),
        twin=lambda w: _set(
            w.book, title=Upper(Value("x")), author_id=F("editor_id")
        ).asave(update_fields=["title", "author"]),
        expected=_author_moved("title", "author"),
    ),
    Row(
        name="save with expressions in an insert",
        watched=BOOKS,
        sync=lambda w: Book(title=Upper(Value("x")), author=w.ann).save(),
        twin=lambda w: Book(title=Upper(Value("x")), author=w.ann).asave(),
        expected=_book_inserted,
    ),
    Row(
        name="save with force_insert and a key",
        watched={Author: ()},
        sync=lambda w: Author(pk=9_000, name="x").save(force_insert=True),
        twin=lambda w: Author(pk=9_000, name="x").asave(force_insert=True),
        expected=lambda w: [insert(Author, 9_000)],
    ),
    Row(
        name="save with a key that is not there",
        watched={Author: ()},
        sync=lambda w: Author(pk=9_000, name="x").save(),
        twin=lambda w: Author(pk=9_000, name="x").asave(),
        expected=lambda w: [insert(Author, 9_000)],
    ),
    Row(
        name="save with a text for a key",
        watched={Author: ()},
        sync=lambda w: Author(pk=str(w.ann.pk), name="x").save(),
        twin=lambda w: Author(pk=str(w.ann.pk), name="x").asave(),
        expected=lambda w: [update(Author, w.ann.pk, fields=["name", "email"])],
    ),
    Row(
        name="save with force_update",
        watched={Author: ()},
        sync=lambda w: w.ann.save(force_update=True),
        twin=lambda w: w.ann.asave(force_update=True),
        expected=lambda w: [update(Author, w.ann.pk, fields=["name", "email"])],
    ),
    Row(
        name="save inserts into both tables of a child",
        watched={Reader: (), Member: ()},
        sync=lambda w: Member(name="x").save(),
        twin=lambda w: Member(name="x").asave(),
        expected=lambda w: [
            insert(Reader, *w.last(Reader)),
            insert(Member, *w.last(Member)),
        ],
    ),
    Row(
        name="save updates both tables of a child",
        watched={Reader: (), Member: ()},
        sync=lambda w: w.member.save(),
        twin=lambda w: w.member.asave(),
        expected=lambda w: [
            update(Reader, w.member.pk, fields=["name"]),
            update(Member, w.member.pk, fields=["since"]),
        ],
    ),
    Row(
        name="save with a parent's field in update_fields",
        watched={Reader: (), Member: ()},
        sync=lambda w: w.member.save(update_fields=["name"]),
        twin=lambda w: w.member.asave(update_fields=["name"]),
        expected=lambda w: [update(Reader, w.member.pk, fields=["name"])],
    ),
    Row(
        name="save of a proxy",
        watched={LongBook: ("author",)},
        sync=lambda w: _set(w.second, title="x").save(update_fields=["title"]),
        twin=lambda w: _set(w.second, title="x").asave(update_fields=["title"]),
        expected=lambda w: [
            update(Book, w.second.pk, fields=["title"], author=[w.bob.pk])
        ],
    ),
    Row(
        name="save of a composite key",
        watched={Seat: ("place",)},
        sync=lambda w: _set(w.seat, place=w.there).save(),
        twin=lambda w: _set(w.seat, place=w.there).asave(),
        expected=lambda w: [
            update(
                Seat,
                (1, 1),
                fields=["taken", "place"],
                before={"place": [w.here.pk]},
                place=[w.there.pk],
            )
        ],
    ),
    Row(
        name="create of a composite key",
        watched={Seat: ("place",)},
        sync=lambda w: Seat.objects.create(line=2, number=7, place=w.here),
        twin=lambda w: Seat.objects.acreate(line=2, number=7, place=w.here),
        expected=lambda w: [insert(Seat, (2, 7), place=[w.here.pk])],
    ),
    Row(
        name="create with a key of the client",
        watched={Token: ("place",)},
        sync=lambda w: Token.objects.create(id="0" * 32, place=w.here),
        twin=lambda w: Token.objects.acreate(id="0" * 32, place=w.here),
        expected=lambda w: [insert(Token, UUID(int=0), place=[w.here.pk])],
    ),
    Row(
        name="save of a key that is a relation",
        watched={Profile: ("person",)},
        sync=lambda w: _set(w.profile, text="x").save(),
        twin=lambda w: _set(w.profile, text="x").asave(),
        expected=lambda w: [
            update(Profile, w.eve.pk, fields=["text"], person=[w.eve.pk])
        ],
    ),
    Row(
        name="save of a generated column's source",
        watched=PARCELS,
        sync=lambda w: _set(w.parcel, size=3).save(update_fields=["size"]),
        twin=lambda w: _set(w.parcel, size=3).asave(update_fields=["size"]),
        expected=lambda w: [
            update(
                Parcel, w.parcel.pk, fields=["size", "area"], at=[w.here.pk], label=[]
            )
        ],
    ),
    Row(
        name="save of a relation to another field",
        watched=PARCELS,
        sync=lambda w: _set(w.parcel, label=w.here).save(update_fields=["label"]),
        twin=lambda w: _set(w.parcel, label=w.here).asave(update_fields=["label"]),
        expected=lambda w: [
            update(
                Parcel,
                w.parcel.pk,
                fields=["label"],
                before={"label": []},
                at=[w.here.pk],
                label=["here"],
            )
        ],
    ),
    Row(
        name="save of a tree",
        watched={Node: ("parent",)},
        sync=lambda w: Node(parent=w.leaf).save(),
        twin=lambda w: Node(parent=w.leaf).asave(),
        expected=lambda w: [insert(Node, *w.last(Node), parent=[w.leaf.pk])],
    ),
    Row(
        name="create",
        watched=BOOKS,
        sync=lambda w: Book.objects.create(title="x", author=w.ann),
        twin=lambda w: Book.objects.acreate(title="x", author=w.ann),
        expected=_book_inserted,
    ),
    Row(
        name="create by a manager's method",
        watched={Tool: ("place",)},
        sync=lambda w: Tool.objects.make("x"),
        twin=lambda w: sync_to_async(Tool.objects.make)("x"),
        expected=lambda w: [insert(Tool, *w.last(Tool), place=[])],
    ),
    Row(
        name="create of a through row",
        watched={Membership: ("person", "club")},
        sync=lambda w: Membership.objects.create(person=w.zoe, club=w.club),
        twin=lambda w: Membership.objects.acreate(person=w.zoe, club=w.club),
        expected=lambda w: [
            insert(
                Membership,
                *w.last(Membership),
                person=[w.zoe.pk],
                club=[w.club.pk],
            )
        ],
    ),
    Row(
        name="get_or_create creates",
        watched=BOOKS,
        sync=lambda w: Book.objects.get_or_create(title="x", author=w.ann),
        twin=lambda w: Book.objects.aget_or_create(title="x", author=w.ann),
        expected=_book_inserted,
    ),
    Row(
        name="get_or_create gets",
        watched=BOOKS,
        sync=lambda w: Book.objects.get_or_create(title="A", author=w.ann),
        twin=lambda w: Book.objects.aget_or_create(title="A", author=w.ann),
        expected=lambda w: [],
    ),
    Row(
        name="update_or_create creates",
        watched=BOOKS,
        sync=lambda w: Book.objects.update_or_create(title="x", author=w.ann),
        twin=lambda w: Book.objects.aupdate_or_create(title="x", author=w.ann),
        expected=_book_inserted,
    ),
    Row(
        name="update_or_create updates",
        watched=BOOKS,
        sync=lambda w: Book.objects.update_or_create(
            title="A", defaults={"author": w.bob}
        ),
        twin=lambda w: Book.objects.aupdate_or_create(
            title="A", defaults={"author": w.bob}
        ),
        # Django adds the fields that make their own values: dates and times.
        expected=_author_moved("author", "printed"),
    ),
    Row(
        name="a fixture",
        watched={**BOOKS},
        sync=_loaded,
        twin=sync_to_async(_loaded),
        expected=lambda w: [
            load(
                Book,
                w.book.pk,
                before={"author": [w.ann.pk], "editor": [w.bob.pk]},
                author=[w.bob.pk],
                editor=[],
            ),
            load(Book, 9_000, author=[w.bob.pk], editor=[]),
        ],
    ),
    Row(
        name="delete",
        watched={Membership: ("person", "club")},
        sync=lambda w: w.membership.delete(),
        twin=lambda w: w.membership.adelete(),
        expected=lambda w: [
            delete(Membership, w.pk["membership"], person=[w.eve.pk], club=[w.club.pk])
        ],
    ),
]
