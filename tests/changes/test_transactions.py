"""A write and its listeners are one thing."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.db import connection, transaction

from django_reckon.changes.event import ChangeKind
from django_reckon.counts import stamps
from django_reckon.ground import pending
from tests.changes.world import World
from tests.changesapp.models import Parcel, Person, Tool
from tests.support.database import committing
from tests.testapp.models import Author, Book, Member, Reader, Shelf

if TYPE_CHECKING:
    from collections.abc import Callable

    from django_reckon.changes.event import Change
    from tests.changes.conftest import Recorder

pytestmark = committing


class RefusalError(Exception):
    """What the listener raises."""


def _refuse(change: Change) -> None:
    # Something of its own, that must not stay either.
    Person.objects.create(name="of the listener")
    raise RefusalError


def _rows() -> dict[str, list[Any]]:
    models = (Author, Book, Member, Reader, Parcel, Person, Tool, Shelf.books.through)
    return {
        model.__name__: list(model._base_manager.order_by("pk").values())
        for model in models
    }


WRITES: Final[dict[str, Callable[[World], object]]] = {
    "create": lambda w: Book.objects.create(title="x", author=w.ann),
    "save": lambda w: w.book.save(),
    "save of a child": lambda w: w.member.save(),
    "create of a child": lambda w: Member(name="x").save(),
    "update": lambda w: Book.objects.update(flag=True),
    "update of two tables": lambda w: Member.members.update(name="x", since=1),
    "bulk_create": lambda w: Book.objects.bulk_create([Book(title="x", author=w.ann)]),
    "bulk_update": lambda w: Book.objects.bulk_update([w.book], ["title"]),
    "delete": lambda w: w.book.delete(),
    "cascade": lambda w: w.ann.delete(),
    "set null": lambda w: w.bob.delete(),
    "fast delete": lambda w: Tool.objects.all()._raw_delete("default"),
    "add": lambda w: w.shelf.books.add(w.second),
    "remove": lambda w: w.shelf.books.remove(w.book),
    "set": lambda w: w.shelf.books.set([w.second]),
}

each_write = pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)


def _refused(recorder: Recorder) -> World:
    world = World()
    for model in (Book, Member, Tool, Shelf.books.through):
        recorder.watch(model, listener=_refuse)
    return world


@each_write
def test_refused_write_is_undone(
    write: Callable[[World], object], recorder: Recorder
) -> None:
    world = _refused(recorder)
    before = _rows()

    with pytest.raises(RefusalError):
        write(world)

    assert _rows() == before
    assert connection.get_autocommit()


@each_write
def test_refused_write_is_undone_with_its_savepoint(
    write: Callable[[World], object], recorder: Recorder
) -> None:
    world = _refused(recorder)
    before = _rows()

    with transaction.atomic():
        with pytest.raises(RefusalError), transaction.atomic():
            write(world)
        assert _rows() == before


@each_write
def test_refused_write_cannot_be_committed_past(
    write: Callable[[World], object], recorder: Recorder
) -> None:
    world = _refused(recorder)
    before = _rows()

    with transaction.atomic(), pytest.raises(RefusalError):
        write(world)

    assert _rows() == before


def test_write_that_fails_is_not_reported(recorder: Recorder) -> None:
    world = World()
    recorder.watch(Parcel)

    with pytest.raises(Exception, match=r"(?i)unique|duplicate"):
        Parcel.objects.create(code="p", home=world.here)

    assert recorder.changes == []


def test_listener_may_write_what_is_watched(recorder: Recorder) -> None:
    world = World()

    def follow(change: Change) -> None:
        if change.kind is ChangeKind.INSERT:
            Author.objects.filter(pk=world.ann.pk).update(email="seen@example.org")

    recorder.watch(Author, keys=True)
    recorder.watch(Book, listener=follow)
    Book.objects.create(title="x", author=world.ann)

    assert [change.keys for change in recorder.changes] == [(world.ann.pk,)]
    world.ann.refresh_from_db()
    assert world.ann.email == "seen@example.org"


def test_listener_of_counts_never_raises(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*args: object, **kwargs: object) -> None:
        raise LookupError

    world = World()
    monkeypatch.setattr(pending, "pending", fails)
    monkeypatch.setattr(stamps, "renew", fails)

    with caplog.at_level(logging.CRITICAL, logger="django_reckon"):
        Book.objects.create(title="x", author=world.ann)
        with transaction.atomic():
            Book.objects.create(title="y", author=world.ann)

    assert Book.objects.filter(title__in=["x", "y"]).values("pk").count() == 2
