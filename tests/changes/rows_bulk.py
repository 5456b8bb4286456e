"""Writes of many rows by one call."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from asgiref.sync import sync_to_async
from django.db.models import Count, F, Q

from tests.changes.rows_saves import BOOKS
from tests.changes.world import Row, World, delete, insert, update
from tests.changesapp.models import Node, Parcel, Place, Seat, Token, Tool
from tests.testapp.models import Author, Book, LongBook, Member, Order, Reader

if TYPE_CHECKING:
    from django_reckon.changes.event import Change

__all__ = ["BULKS"]


def _new_books(world: World, count: int = 2) -> list[Book]:
    authors = [world.ann, world.bob]
    return [Book(title=f"{n}", author=authors[n % 2]) for n in range(count)]


def _batches(world: World) -> list[Change]:
    first, second, third = world.last(Book, 3)
    return [
        insert(Book, first, second, author=[world.ann.pk, world.bob.pk], editor=[]),
        insert(Book, third, author=[world.ann.pk], editor=[]),
    ]


def _parcels(world: World) -> list[Parcel]:
    return [
        Parcel(code="p", at=world.there, home=None, size=1),
        Parcel(code="q", at=world.lost, home=None, size=2),
    ]


def _upsert(world: World, *fields: str) -> dict[str, Any]:
    options: dict[str, Any] = {"update_conflicts": True, "update_fields": fields}
    if not world.loses_nulls:
        # MariaDB finds the conflict itself, and wants no names.
        options["unique_fields"] = ["code"]
    return options


def _upserted(world: World, *, before: list[Any], after: list[Any]) -> Change:
    """Return the change of parcel p rewritten and parcel q inserted."""
    new = world.last(Parcel)
    change = insert(Parcel, world.parcel.pk, *new, at=after)
    return replace(change, before={"at": frozenset(before)})


def _moved_books(world: World) -> list[Book]:
    world.book.author = world.bob
    world.book.title = "x"
    world.second.author = world.ann
    return [world.book, world.second]


def _books_moved(*fields: str) -> Any:
    def expected(world: World) -> list[Change]:
        return [
            update(
                Book,
                *sorted((world.book.pk, world.second.pk)),
                fields=fields,
                before={"author": [world.ann.pk, world.bob.pk]},
                author=[world.ann.pk, world.bob.pk],
                editor=[world.bob.pk],
            )
        ]

    return expected


def _by_subquery(world: World) -> Any:
    return Book.objects.filter(orders__in=Order.objects.filter(book__title="A"))


def _first_book(*fields: str, author: str = "bob") -> Any:
    def expected(world: World) -> list[Change]:
        return [
            update(
                Book,
                world.book.pk,
                fields=fields,
                before={"author": [world.ann.pk]},
                author=[world.pk[author]],
                editor=[world.bob.pk],
            )
        ]

    return expected


BULKS: Final = [
    Row(
        name="update",
        watched=BOOKS,
        sync=lambda w: Book.objects.filter(title="A").update(author=w.bob),
        twin=lambda w: Book.objects.filter(title="A").aupdate(author=w.bob),
        expected=_first_book("author"),
    ),
    Row(
        name="update to a key given as text",
        watched=BOOKS,
        sync=lambda w: Book.objects.filter(title="A").update(author=str(w.bob.pk)),
        twin=lambda w: Book.objects.filter(title="A").aupdate(author=str(w.bob.pk)),
        expected=_first_book("author"),
    ),
    Row(
        name="update by attname",
        watched=BOOKS,
        sync=lambda w: Book.objects.filter(title="A").update(author_id=w.bob.pk),
        twin=lambda w: Book.objects.filter(title="A").aupdate(author_id=w.bob.pk),
        expected=_first_book("author"),
    ),
    Row(
        name="update that matches nothing",
        watched=BOOKS,
        sync=lambda w: Book.objects.filter(title="-").update(author=w.bob),
        twin=lambda w: Book.objects.filter(title="-").aupdate(author=w.bob),
        expected=lambda w: [],
    ),
    Row(
        name="update of none()",
        watched=BOOKS,
        sync=lambda w: Book.objects.none().update(author=w.bob),
        twin=lambda w: Book.objects.none().aupdate(author=w.bob),
        expected=lambda w: [],
    ),
    Row(
        name="update of all",
        watched={Author: ()},
        sync=lambda w: Author.objects.update(email="x@example.org"),
        twin=lambda w: Author.objects.aupdate(email="x@example.org"),
        expected=lambda w: [update(Author, w.ann.pk, w.bob.pk, fields=["email"])],
    ),
    Row(
        name="update with F",
        watched=BOOKS,
        sync=lambda w: Book.objects.filter(title="A").update(author=F("editor")),
        twin=lambda w: Book.objects.filter(title="A").aupdate(author=F("editor")),
        expected=_first_book("author"),
    ),
    Row(
        name="update over a join",
        watched=BOOKS,
        sync=lambda w: Book.objects.filter(author__name="Ann").update(author=w.bob),
        twin=lambda w: Book.objects.filter(author__name="Ann").aupdate(author=w.bob),
        expected=_first_book("author"),
    ),
    Row(
        name="update over a subquery",
        watched=BOOKS,
        sync=lambda w: _by_subquery(w).update(author=w.bob),
        twin=lambda w: _by_subquery(w).aupdate(author=w.bob),
        expected=_first_book("author"),
    ),
    Row(
        name="update over an aggregate",
        watched=BOOKS,
        sync=lambda w: (
            Book.objects.annotate(n=Count("orders"))
            .filter(n__gt=0)
            .update(author=w.bob)
        ),
        twin=lambda w: (
            Book.objects.annotate(n=Count("orders"))
            .filter(n__gt=0)
            .aupdate(author=w.bob)
        ),
        expected=_first_book("author"),
    ),
    Row(
        name="update by a key or another condition",
        watched=BOOKS,
        sync=lambda w: Book.objects.filter(Q(pk=w.book.pk) | Q(title="B")).update(
            flag=True
        ),
        twin=lambda w: Book.objects.filter(Q(pk=w.book.pk) | Q(title="B")).aupdate(
            flag=True
        ),
        expected=_books_moved("flag"),
    ),
    Row(
        name="update by all keys but one",
        watched={Author: ()},
        sync=lambda w: Author.objects.exclude(pk=w.ann.pk).update(name="x"),
        twin=lambda w: Author.objects.exclude(pk=w.ann.pk).aupdate(name="x"),
        expected=lambda w: [update(Author, w.bob.pk, fields=["name"])],
    ),
    Row(
        name="update by the key of another row of the table",
        watched={Node: ("parent",)},
        sync=lambda w: Node.objects.filter(children__pk=w.leaf.pk).update(rank=1),
        twin=lambda w: Node.objects.filter(children__pk=w.leaf.pk).aupdate(rank=1),
        expected=lambda w: [update(Node, w.root.pk, fields=["rank"], parent=[])],
    ),
    Row(
        name="update of a key",
        watched={Node: ()},
        sync=lambda w: Node.objects.filter(pk=w.leaf.pk).update(id=9_000),
        twin=lambda w: Node.objects.filter(pk=w.leaf.pk).aupdate(id=9_000),
        expected=lambda w: [update(Node, w.leaf.pk, 9_000, fields=["id"])],
    ),
    Row(
        name="update of a part of composite keys",
        watched={Seat: ("place",)},
        sync=lambda w: Seat.objects.filter(line=1).update(line=5),
        twin=lambda w: Seat.objects.filter(line=1).aupdate(line=5),
        expected=lambda w: [
            update(
                Seat,
                *((1, 1), (1, 2), (5, 1), (5, 2)),
                fields=["line"],
                place=[w.here.pk, w.there.pk],
            )
        ],
    ),
    Row(
        name="update of composite keys",
        watched={Seat: ("place",)},
        sync=lambda w: Seat.objects.filter(pk=(1, 1)).update(place=w.there),
        twin=lambda w: Seat.objects.filter(pk=(1, 1)).aupdate(place=w.there),
        expected=lambda w: [
            update(
                Seat,
                (1, 1),
                fields=["place"],
                before={"place": [w.here.pk]},
                place=[w.there.pk],
            )
        ],
    ),
    Row(
        name="update of a child's and its parent's columns",
        watched={Reader: (), Member: ()},
        sync=lambda w: Member.members.filter(since=2020).update(name="x", since=1),
        twin=lambda w: Member.members.filter(since=2020).aupdate(name="x", since=1),
        expected=lambda w: [
            update(Member, w.member.pk, fields=["since"]),
            update(Reader, w.member.pk, fields=["name"]),
        ],
    ),
    Row(
        name="update of a parent's columns alone",
        watched={Reader: (), Member: ()},
        sync=lambda w: Member.members.filter(since=2020).update(name="x"),
        twin=lambda w: Member.members.filter(since=2020).aupdate(name="x"),
        expected=lambda w: [update(Reader, w.member.pk, fields=["name"])],
    ),
    Row(
        name="update of a proxy",
        watched=BOOKS,
        sync=lambda w: LongBook.objects.filter(title="A").update(author=w.bob),
        twin=lambda w: LongBook.objects.filter(title="A").aupdate(author=w.bob),
        expected=_first_book("author"),
    ),
    Row(
        name="update by a queryset of one's own",
        watched={Tool: ("place",)},
        sync=lambda w: Tool.objects.update(place=w.there),
        twin=lambda w: Tool.objects.all().aupdate(place=w.there),
        expected=lambda w: [
            update(
                Tool,
                w.tool.pk,
                fields=["place"],
                before={"place": [w.here.pk]},
                place=[w.there.pk],
            )
        ],
    ),
    Row(
        name="bulk_create",
        watched=BOOKS,
        sync=lambda w: Book.objects.bulk_create(_new_books(w)),
        twin=lambda w: Book.objects.abulk_create(_new_books(w)),
        expected=lambda w: [
            insert(
                Book,
                *w.last(Book, 2),
                author=[w.ann.pk, w.bob.pk],
                editor=[],
            )
        ],
    ),
    Row(
        name="bulk_create in batches",
        watched=BOOKS,
        sync=lambda w: Book.objects.bulk_create(_new_books(w, 3), batch_size=2),
        twin=lambda w: Book.objects.abulk_create(_new_books(w, 3), batch_size=2),
        expected=_batches,
    ),
    Row(
        name="bulk_create of nothing",
        watched=BOOKS,
        sync=lambda w: Book.objects.bulk_create([]),
        twin=lambda w: Book.objects.abulk_create([]),
        expected=lambda w: [],
    ),
    Row(
        name="bulk_create of composite keys",
        watched={Seat: ("place",)},
        sync=lambda w: Seat.objects.bulk_create(
            [Seat(line=3, number=1), Seat(line=3, number=2, place=w.here)]
        ),
        twin=lambda w: Seat.objects.abulk_create(
            [Seat(line=3, number=1), Seat(line=3, number=2, place=w.here)]
        ),
        expected=lambda w: [insert(Seat, (3, 1), (3, 2), place=[w.here.pk])],
    ),
    Row(
        name="bulk_create that updates conflicts",
        watched={Parcel: ("at",)},
        sync=lambda w: Parcel.objects.bulk_create(
            _parcels(w), **_upsert(w, "at", "size")
        ),
        twin=lambda w: Parcel.objects.abulk_create(
            _parcels(w), **_upsert(w, "at", "size")
        ),
        expected=lambda w: [
            _upserted(w, before=[w.here.pk], after=[w.there.pk, w.lost.pk])
        ],
    ),
    Row(
        name="bulk_create that updates conflicts and moves nothing",
        watched={Parcel: ("at",)},
        sync=lambda w: Parcel.objects.bulk_create(_parcels(w), **_upsert(w, "size")),
        twin=lambda w: Parcel.objects.abulk_create(_parcels(w), **_upsert(w, "size")),
        expected=lambda w: [
            _upserted(w, before=[w.here.pk], after=[w.here.pk, w.there.pk, w.lost.pk])
        ],
    ),
    Row(
        name="bulk_create that ignores conflicts",
        watched={Parcel: ("at",)},
        sync=lambda w: Parcel.objects.bulk_create(_parcels(w), ignore_conflicts=True),
        twin=lambda w: Parcel.objects.abulk_create(_parcels(w), ignore_conflicts=True),
        expected=lambda w: [insert(Parcel, known=False, at=[w.there.pk, w.lost.pk])],
    ),
    Row(
        name="bulk_create that ignores conflicts of keys of the client",
        watched={Token: ("place",)},
        sync=lambda w: Token.objects.bulk_create(
            [Token(pk=w.token.pk, place=w.there)], ignore_conflicts=True
        ),
        twin=lambda w: Token.objects.abulk_create(
            [Token(pk=w.token.pk, place=w.there)], ignore_conflicts=True
        ),
        expected=lambda w: [insert(Token, w.token.pk, place=[w.there.pk])],
    ),
    Row(
        name="bulk_update",
        watched=BOOKS,
        sync=lambda w: Book.objects.bulk_update(_moved_books(w), ["author", "title"]),
        twin=lambda w: Book.objects.abulk_update(_moved_books(w), ["author", "title"]),
        expected=_books_moved("author", "title"),
    ),
    Row(
        name="bulk_update of other columns",
        watched=BOOKS,
        sync=lambda w: Book.objects.bulk_update(_moved_books(w), ["title"]),
        twin=lambda w: Book.objects.abulk_update(_moved_books(w), ["title"]),
        expected=_books_moved("title"),
    ),
    Row(
        name="bulk_update in batches",
        watched={Author: ()},
        sync=lambda w: Author.objects.bulk_update(
            [w.ann, w.bob], ["name"], batch_size=1
        ),
        twin=lambda w: Author.objects.abulk_update(
            [w.ann, w.bob], ["name"], batch_size=1
        ),
        expected=lambda w: [
            update(Author, w.ann.pk, fields=["name"]),
            update(Author, w.bob.pk, fields=["name"]),
        ],
    ),
    Row(
        name="_raw_delete",
        watched={Tool: ("place",)},
        sync=lambda w: Tool.objects.filter(name="saw")._raw_delete("default"),
        twin=lambda w: sync_to_async(Tool.objects.filter(name="saw")._raw_delete)(
            "default"
        ),
        expected=lambda w: [delete(Tool, w.tool.pk, place=[w.here.pk])],
    ),
    Row(
        name="_raw_delete that matches nothing",
        watched={Place: ()},
        sync=lambda w: Place.objects.filter(slug="-")._raw_delete("default"),
        twin=lambda w: sync_to_async(Place.objects.filter(slug="-")._raw_delete)(
            "default"
        ),
        expected=lambda w: [],
    ),
]
