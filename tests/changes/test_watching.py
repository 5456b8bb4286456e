"""Changes as values, the watch list, and the capture's coming and going."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.db.models.sql.compiler import SQLDeleteCompiler, SQLUpdateCompiler

from django_reckon.changes import capture
from django_reckon.changes.event import Change, ChangeKind
from django_reckon.changes.watch import Watch, WatchList
from tests.changes.world import World, update
from tests.support.database import committing
from tests.testapp.models import Author, Book, LongBook, Member, Order, Reader

if TYPE_CHECKING:
    from tests.changes.conftest import Recorder


def _ignore(change: Change) -> None:
    """Hear and forget."""


def test_change_cannot_be_altered() -> None:
    before = {"author": frozenset({1})}
    change = Change(Book, "default", ChangeKind.DELETE, (1,), None, before, {})
    targets: Any = change.before

    with pytest.raises(FrozenInstanceError):
        change.alias = "other"  # type: ignore[misc]  # that it is frozen is the test
    with pytest.raises(TypeError):
        targets["author"] = frozenset()
    before.clear()

    assert dict(change.before) == {"author": frozenset({1})}


def test_same_wish_twice_counts_once() -> None:
    watches = WatchList()
    for _ in range(2):
        watches.add(Book, Watch(listener=_ignore, relations=("author",)))
    watches.add(LongBook, Watch(listener=_ignore, relations=("author",)))

    interest = watches.of(Book)

    assert interest is not None
    assert len(interest.watches) == 1


def test_wish_taken_back_leaves_the_others() -> None:
    watches = WatchList()
    first, second = Watch(listener=_ignore), Watch(listener=_ignore, keys=True)
    for watch in (first, second):
        watches.add(Book, watch)

    watches.remove(Book, first)
    watches.remove(Book, first)
    watches.remove(Order, first)

    interest = watches.of(LongBook)
    assert interest is not None
    assert interest.watches == (second,)
    watches.remove(Book, second)
    assert watches.of(Book) is None
    assert watches.models() == ()


@pytest.mark.parametrize(
    ("model", "wish"),
    [
        (Book, {"relations": ("autor",)}),
        (Book, {"relations": ("author_id",)}),
        (Book, {"fields": frozenset({"author_id"})}),
        (Member, {"fields": frozenset({"name"})}),
        (Book, {"relations": ("orders",)}),
    ],
)
def test_wish_for_what_the_table_lacks_is_refused(
    model: type[Model], wish: dict[str, Any]
) -> None:
    watches = WatchList()

    with pytest.raises(FieldDoesNotExist, match="is no field of the table"):
        watches.add(model, Watch(listener=_ignore, **wish))

    assert watches.of(model) is None


def test_capture_twice_is_once_and_goes_at_once() -> None:
    assert capture.is_installed()
    installed = SQLUpdateCompiler.execute_sql

    capture.install()
    again = SQLUpdateCompiler.execute_sql
    capture.uninstall()
    capture.uninstall()
    removed, inherited = SQLUpdateCompiler.execute_sql, vars(SQLDeleteCompiler)
    is_gone = not capture.is_installed() and "execute_sql" not in inherited
    capture.install()

    assert again is installed
    assert removed is not installed
    assert not hasattr(removed, "__wrapped__")
    assert is_gone
    assert capture.is_installed()


@committing
def test_nothing_is_heard_without_the_capture(recorder: Recorder) -> None:
    recorder.watch(Author)
    capture.uninstall()
    try:
        Author.objects.create(name="x")
    finally:
        capture.install()

    assert recorder.changes == []


@committing
def test_each_listener_hears_of_what_it_asked_for(recorder: Recorder) -> None:
    world = World()
    heard: list[Change] = []
    recorder.watch(Book, fields=frozenset({"title"}), keys=True)
    recorder.watch(Book, "author", fields=frozenset({"pages"}), listener=heard.append)

    Book.objects.filter(pk=world.book.pk).update(title="x")
    Book.objects.filter(pk=world.book.pk).update(pages=1)
    Book.objects.filter(pk=world.book.pk).update(flag=True)

    assert recorder.changes == [update(Book, world.book.pk, fields=["title"])]
    assert heard == [
        update(Book, world.book.pk, fields=["pages"], author=[world.ann.pk])
    ]


@committing
def test_new_keys_are_told_to_who_wants_them(recorder: Recorder) -> None:
    recorder.watch(Author)
    before = Author.objects.create(name="x")
    recorder.watch(Author, keys=True)
    after = Author.objects.create(name="y")

    assert before.pk != after.pk
    assert [change.keys for change in recorder.changes] == [
        None,
        (after.pk,),
        (after.pk,),
    ]


@committing
def test_write_is_reported_with_its_database(recorder: Recorder) -> None:
    for model in (Author, Book, Reader, Member):
        recorder.watch(model, keys=True)

    world = World("other")
    Author.objects.using("other").update(email="x@example.org")
    Member.members.using("other").filter(since=2020).update(name="x")
    Book.objects.using("other").filter(title="A").delete()
    world.bob.delete(using="other")

    assert recorder.changes
    assert {change.alias for change in recorder.changes} == {"other"}


@committing
def test_write_of_one_database_is_not_mistaken_for_another(recorder: Recorder) -> None:
    with_books = World("other")
    recorder.watch(Book, "author", keys=True)

    Book.objects.filter(title="A").update(author=with_books.bob.pk)

    assert recorder.changes == []
