"""Writes through related managers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.changes.rows_deletes import LINKS
from tests.changes.rows_saves import BOOKS
from tests.changes.world import Row, World, delete, fields_of, insert, update
from tests.changesapp.models import Membership
from tests.testapp.models import Book, Note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.db.models import Model

    from django_reckon.changes.event import Change

__all__ = ["RELATIONS"]

LINKED: Final[dict[type[Model], tuple[str, ...]]] = {LINKS: ("shelf", "book")}
JOINED: Final[dict[type[Model], tuple[str, ...]]] = {Membership: ("person", "club")}
NOTED: Final[dict[type[Model], tuple[str, ...]]] = {Note: ("object_id",)}


def _edited(
    book: str, *, whole: bool, was: str | None, now: str | None
) -> Callable[[World], list[Change]]:
    """Return the change of a book's editor, by statement or by save()."""

    def expected(world: World) -> list[Change]:
        author = {"book": world.ann, "second": world.bob}[book]
        return [
            update(
                Book,
                world.pk[book],
                fields=fields_of(Book) if whole else ["editor"],
                before={"editor": [world.pk[was]] if was else []},
                author=[author.pk],
                editor=[world.pk[now]] if now else [],
            )
        ]

    return expected


def _reset(world: World, *, whole: bool) -> list[Change]:
    return [
        *_edited("book", whole=whole, was="bob", now=None)(world),
        *_edited("second", whole=whole, was=None, now="bob")(world),
    ]


def _linked(world: World, *books: str) -> Change:
    """Return the change of new rows of the shelf, whose keys nobody tells."""
    return insert(
        LINKS,
        known=False,
        shelf=[world.shelf.pk],
        book=[world.pk[name] for name in books],
    )


def _unlinked(world: World) -> Change:
    return delete(LINKS, world.link_key, shelf=[world.shelf.pk], book=[world.book.pk])


def _joined(world: World) -> Change:
    return insert(
        Membership, *world.last(Membership), person=[world.zoe.pk], club=[world.club.pk]
    )


def _left(world: World) -> Change:
    return delete(
        Membership,
        world.membership.pk,
        person=[world.eve.pk],
        club=[world.club.pk],
    )


def _new_book(world: World) -> list[Change]:
    return [insert(Book, *world.last(Book), author=[world.ann.pk], editor=[])]


def _note_gone(world: World) -> Iterable[Change]:
    return [delete(Note, world.pk["note"], object_id=[world.book.pk])]


def _note_moved(world: World, fields: Iterable[str]) -> list[Change]:
    return [
        update(
            Note,
            world.note.pk,
            fields=fields,
            before={"object_id": [world.book.pk]},
            object_id=[world.second.pk],
        )
    ]


def _as_book(row: Any) -> Any:
    return Book(pk=row.pk)


RELATIONS: Final = [
    Row(
        name="reverse create",
        watched=BOOKS,
        sync=lambda w: w.ann.books.create(title="x"),
        twin=lambda w: w.ann.books.acreate(title="x"),
        expected=_new_book,
    ),
    Row(
        name="reverse get_or_create",
        watched=BOOKS,
        sync=lambda w: w.ann.books.get_or_create(title="x"),
        twin=lambda w: w.ann.books.aget_or_create(title="x"),
        expected=_new_book,
    ),
    Row(
        name="reverse update_or_create",
        watched=BOOKS,
        sync=lambda w: w.ann.books.update_or_create(title="x"),
        twin=lambda w: w.ann.books.aupdate_or_create(title="x"),
        expected=_new_book,
    ),
    Row(
        name="reverse add",
        watched=BOOKS,
        sync=lambda w: w.bob.edited.add(w.second),
        twin=lambda w: w.bob.edited.aadd(w.second),
        expected=_edited("second", whole=False, was=None, now="bob"),
    ),
    Row(
        name="reverse add one by one",
        watched=BOOKS,
        sync=lambda w: w.ann.edited.add(w.book, bulk=False),
        twin=lambda w: w.ann.edited.aadd(w.book, bulk=False),
        expected=_edited("book", whole=True, was="bob", now="ann"),
    ),
    Row(
        name="reverse remove",
        watched=BOOKS,
        sync=lambda w: w.bob.edited.remove(w.book),
        twin=lambda w: w.bob.edited.aremove(w.book),
        expected=_edited("book", whole=False, was="bob", now=None),
    ),
    Row(
        name="reverse remove one by one",
        watched=BOOKS,
        sync=lambda w: w.bob.edited.remove(w.book, bulk=False),
        twin=lambda w: w.bob.edited.aremove(w.book, bulk=False),
        expected=_edited("book", whole=False, was="bob", now=None),
    ),
    Row(
        name="reverse clear",
        watched=BOOKS,
        sync=lambda w: w.bob.edited.clear(),
        twin=lambda w: w.bob.edited.aclear(),
        expected=_edited("book", whole=False, was="bob", now=None),
    ),
    Row(
        name="reverse clear one by one",
        watched=BOOKS,
        sync=lambda w: w.bob.edited.clear(bulk=False),
        twin=lambda w: w.bob.edited.aclear(bulk=False),
        expected=_edited("book", whole=False, was="bob", now=None),
    ),
    Row(
        name="reverse set",
        watched=BOOKS,
        sync=lambda w: w.bob.edited.set([w.second]),
        twin=lambda w: w.bob.edited.aset([w.second]),
        expected=lambda w: _reset(w, whole=False),
    ),
    Row(
        name="reverse set one by one",
        watched=BOOKS,
        sync=lambda w: w.bob.edited.set([w.second], bulk=False),
        twin=lambda w: w.bob.edited.aset([w.second], bulk=False),
        expected=lambda w: [
            *_edited("book", whole=False, was="bob", now=None)(w),
            *_edited("second", whole=True, was=None, now="bob")(w),
        ],
    ),
    Row(
        name="reverse set that clears first",
        watched=BOOKS,
        sync=lambda w: w.bob.edited.set([w.second], clear=True),
        twin=lambda w: w.bob.edited.aset([w.second], clear=True),
        expected=lambda w: _reset(w, whole=False),
    ),
    Row(
        name="many-to-many add",
        watched=LINKED,
        sync=lambda w: w.shelf.books.add(w.second),
        twin=lambda w: w.shelf.books.aadd(w.second),
        expected=lambda w: [_linked(w, "second")],
    ),
    Row(
        name="many-to-many add of what is there",
        watched=LINKED,
        sync=lambda w: w.shelf.books.add(w.book, w.second),
        twin=lambda w: w.shelf.books.aadd(w.book, w.second),
        # Without signals Django does not look what is there.
        expected=lambda w: [_linked(w, "book", "second")],
    ),
    Row(
        name="many-to-many add from the other side",
        watched=LINKED,
        sync=lambda w: w.second.shelves.add(w.shelf),
        twin=lambda w: w.second.shelves.aadd(w.shelf),
        expected=lambda w: [_linked(w, "second")],
    ),
    Row(
        name="many-to-many remove",
        watched=LINKED,
        sync=lambda w: w.shelf.books.remove(w.book),
        twin=lambda w: w.shelf.books.aremove(w.book),
        expected=lambda w: [_unlinked(w)],
    ),
    Row(
        name="many-to-many remove from the other side",
        watched=LINKED,
        sync=lambda w: w.book.shelves.remove(w.shelf),
        twin=lambda w: w.book.shelves.aremove(w.shelf),
        expected=lambda w: [_unlinked(w)],
    ),
    Row(
        name="many-to-many clear",
        watched=LINKED,
        sync=lambda w: w.shelf.books.clear(),
        twin=lambda w: w.shelf.books.aclear(),
        expected=lambda w: [_unlinked(w)],
    ),
    Row(
        name="many-to-many clear from the other side",
        watched=LINKED,
        sync=lambda w: w.book.shelves.clear(),
        twin=lambda w: w.book.shelves.aclear(),
        expected=lambda w: [_unlinked(w)],
    ),
    Row(
        name="many-to-many set",
        watched=LINKED,
        sync=lambda w: w.shelf.books.set([w.second]),
        twin=lambda w: w.shelf.books.aset([w.second]),
        expected=lambda w: [_unlinked(w), _linked(w, "second")],
    ),
    Row(
        name="many-to-many set from the other side",
        watched=LINKED,
        sync=lambda w: w.book.shelves.set([]),
        twin=lambda w: w.book.shelves.aset([]),
        expected=lambda w: [_unlinked(w)],
    ),
    Row(
        name="many-to-many create",
        watched={**LINKED, **BOOKS},
        sync=lambda w: w.shelf.books.create(title="x", author=w.ann),
        twin=lambda w: w.shelf.books.acreate(title="x", author=w.ann),
        expected=lambda w: [
            *_new_book(w),
            insert(LINKS, known=False, shelf=[w.shelf.pk], book=w.last(Book)),
        ],
    ),
    Row(
        name="many-to-many add through a model",
        watched=JOINED,
        sync=lambda w: w.club.people.add(w.zoe, through_defaults={"role": "x"}),
        twin=lambda w: w.club.people.aadd(w.zoe, through_defaults={"role": "x"}),
        expected=lambda w: [_joined(w)],
    ),
    Row(
        name="many-to-many set through a model",
        watched=JOINED,
        sync=lambda w: w.club.people.set([w.zoe]),
        twin=lambda w: w.club.people.aset([w.zoe]),
        expected=lambda w: [_left(w), _joined(w)],
    ),
    Row(
        name="many-to-many remove through a model from the other side",
        watched=JOINED,
        sync=lambda w: w.eve.clubs.remove(w.club),
        twin=lambda w: w.eve.clubs.aremove(w.club),
        expected=lambda w: [_left(w)],
    ),
    Row(
        name="many-to-many clear through a model",
        watched=JOINED,
        sync=lambda w: w.club.people.clear(),
        twin=lambda w: w.club.people.aclear(),
        expected=lambda w: [_left(w)],
    ),
    Row(
        name="generic create",
        watched=NOTED,
        sync=lambda w: w.book.notes.create(text="x"),
        twin=lambda w: w.book.notes.acreate(text="x"),
        expected=lambda w: [insert(Note, *w.last(Note), object_id=[w.book.pk])],
    ),
    Row(
        name="generic add",
        watched=NOTED,
        sync=lambda w: _as_book(w.second).notes.add(w.note),
        twin=lambda w: _as_book(w.second).notes.aadd(w.note),
        expected=lambda w: _note_moved(w, ["content_type", "object_id"]),
    ),
    Row(
        name="generic add one by one",
        watched=NOTED,
        sync=lambda w: _as_book(w.second).notes.add(w.note, bulk=False),
        twin=lambda w: _as_book(w.second).notes.aadd(w.note, bulk=False),
        expected=lambda w: _note_moved(w, fields_of(Note)),
    ),
    Row(
        name="generic remove",
        watched=NOTED,
        sync=lambda w: w.book.notes.remove(w.note),
        twin=lambda w: w.book.notes.aremove(w.note),
        expected=_note_gone,
    ),
    Row(
        name="generic remove one by one",
        watched=NOTED,
        sync=lambda w: w.book.notes.remove(w.note, bulk=False),
        twin=lambda w: w.book.notes.aremove(w.note, bulk=False),
        expected=_note_gone,
    ),
    Row(
        name="generic clear",
        watched=NOTED,
        sync=lambda w: w.book.notes.clear(),
        twin=lambda w: w.book.notes.aclear(),
        expected=_note_gone,
    ),
    Row(
        name="generic set",
        watched=NOTED,
        sync=lambda w: w.book.notes.set([]),
        twin=lambda w: w.book.notes.aset([]),
        expected=_note_gone,
    ),
]
