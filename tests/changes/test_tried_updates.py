"""Updates that are tried on the condition that their relations stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.changes.world import World
from tests.support.statements import watched
from tests.testapp.models import Author, Book

if TYPE_CHECKING:
    from tests.changes.conftest import Recorder

pytestmark = pytest.mark.django_db(databases="__all__")

# What a listener says who needs no more than he is asked about.
CONTENT: Final[dict[str, Any]] = {
    "lazy": frozenset({"author"}),
    "moved": True,
    "fields": frozenset({"title", "author"}),
    "due": lambda _: True,
}


def _read(statements: Any) -> list[str]:
    return [sql for sql in statements.on(Book) if sql.startswith("SELECT")]


def test_row_that_stays_is_not_read_and_each_listener_hears_what_he_wants(
    recorder: Recorder,
) -> None:
    world = World()
    every: list[Any] = []
    recorder.watch(Book, "author", **CONTENT)
    recorder.watch(Book, listener=every.append)
    world.book.title = "other"

    with watched() as statements:
        world.book.save()

    [moved], [told] = recorder.changes, every
    assert _read(statements) == []
    assert told.fields - moved.fields == {"author"}
    assert moved.before == moved.after == {"author": frozenset({world.ann.pk})}


def test_row_that_moves_is_read_and_told_with_where_it_was(recorder: Recorder) -> None:
    world = World()
    Book.objects.filter(pk=world.book.pk).update(author=world.bob)
    recorder.watch(Book, "author", **CONTENT)

    with watched() as statements:
        world.book.save()

    [moved] = recorder.changes
    assert len(_read(statements)) == 1
    assert moved.before["author"] == frozenset({world.bob.pk})
    assert moved.after["author"] == frozenset({world.ann.pk})
    assert Book.objects.get(pk=world.book.pk).author == world.ann


def test_listener_who_needs_more_has_the_row_read(recorder: Recorder) -> None:
    world = World()
    recorder.watch(Book, "author", **CONTENT)
    recorder.watch(Book, "author", moved=True, fields=frozenset({"title"}))

    with watched() as statements:
        world.book.save()

    assert len(_read(statements)) == 1


def test_update_by_an_expression_is_not_tried(recorder: Recorder) -> None:
    world = World()
    recorder.watch(Book, "author", **CONTENT)

    with watched() as statements:
        Book.objects.filter(pk=world.book.pk).update(
            author=Author.objects.filter(name="Bob").values("pk")[:1]
        )

    [moved] = recorder.changes
    assert len(_read(statements)) == 1
    assert moved.after["author"] == frozenset({world.bob.pk})
