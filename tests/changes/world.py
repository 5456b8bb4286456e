"""The rows that every write path starts from, and words for what it should report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connections
from django.db.models import Model

from django_reckon.changes.event import Change, ChangeKind
from tests.changesapp.models import (
    Club,
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
from tests.support.snapshot import make_once
from tests.testapp.models import Author, Book, LongBook, Member, Note, Order, Shelf

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

__all__ = ["Row", "World", "delete", "fields_of", "insert", "load", "update"]


class World:
    """A few rows of each model, on one database; their keys are always the same."""

    def __init__(self, alias: str = "default") -> None:
        self.alias = alias
        make_once(self, self._furnish, alias, "testapp", "changesapp")
        # Kept here, for a deleted row loses its own.
        self.pk = {
            name: row.pk for name, row in vars(self).items() if isinstance(row, Model)
        }

    @property
    def loses_nulls(self) -> bool:
        """Whether Django empties nullable keys before it deletes what they lead to."""
        return not connections[self.alias].features.can_defer_constraint_checks

    def last(self, model: type[Model], count: int = 1) -> tuple[Any, ...]:
        """Return the greatest keys of a table."""
        rows = model._base_manager.using(self.alias).order_by("-pk")
        return tuple(reversed(rows.values_list("pk", flat=True)[:count]))

    def _furnish(self) -> None:
        self.ann = self._make(Author, name="Ann")
        self.bob = self._make(Author, name="Bob")
        self.book = self._make(Book, title="A", author=self.ann, editor=self.bob)
        self.second = self._make(LongBook, title="B", author=self.bob)
        self.shelf = self._make(Shelf, label="top")
        self.shelf.books.add(self.book)
        [self.link_key] = Shelf.books.through._base_manager.using(
            self.alias
        ).values_list("pk", flat=True)
        self.order = self._make(Order, book=self.book)
        self.note = self._make(Note, text="so", about=self.book)
        self.member = self._make(Member, name="Mia", since=2020)
        self.here = self._make(Place, slug="here")
        self.there = self._make(Place, slug="there")
        self.default = self._make(Place, slug="default")
        self.lost = self._make(Place, slug="lost")
        self.parcel = self._make(
            Parcel, code="p", at=self.here, home=self.here, last=self.here
        )
        self.seat = self._make(Seat, line=1, number=1, place=self.here)
        self.aisle = self._make(Seat, line=1, number=2, place=self.there)
        self.root = self._make(Node)
        self.leaf = self._make(Node, parent=self.root)
        self.token = self._make(Token, place=self.here)
        self.eve = self._make(Person, name="Eve")
        self.zoe = self._make(Person, name="Zoe")
        self.club = self._make(Club, name="C")
        self.membership = self._make(Membership, person=self.eve, club=self.club)
        self.profile = self._make(Profile, person=self.eve)
        self.tool = self._make(Tool, name="saw", place=self.here)

    def _make(self, model: type[Any], **values: Any) -> Any:
        row = model(**values)
        row.save(using=self.alias)
        return row


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """
    One way to write.

    Attributes:
        watched: Model -> the relations whose targets are asked for.
        sync: Writes.
        twin: Writes the same in async code.
        expected: Returns the changes, in any order; called after the write.
    """

    name: str
    watched: Mapping[type[Model], tuple[str, ...]]
    sync: Callable[[World], object]
    twin: Callable[[World], Awaitable[object]]
    expected: Callable[[World], Iterable[Change]]


def insert(
    model: type[Model], *keys: Any, known: bool = True, **after: Iterable[Any]
) -> Change:
    """Return the change of new rows."""
    return Change(
        model=model,
        alias="default",
        kind=ChangeKind.INSERT,
        keys=keys if known else None,
        fields=None,
        before={},
        after=_targets(after),
    )


def update(
    model: type[Model],
    *keys: Any,
    fields: Iterable[str],
    before: Mapping[str, Iterable[Any]] | None = None,
    **after: Iterable[Any],
) -> Change:
    """Return the change of rewritten rows; `before` names what moved only."""
    return Change(
        model=model,
        alias="default",
        kind=ChangeKind.UPDATE,
        keys=keys,
        fields=frozenset(fields),
        before=_targets(after | dict(before or {})),
        after=_targets(after),
    )


def delete(model: type[Model], *keys: Any, **before: Iterable[Any]) -> Change:
    """Return the change of rows that are gone."""
    return Change(
        model=model,
        alias="default",
        kind=ChangeKind.DELETE,
        keys=keys,
        fields=None,
        before=_targets(before),
        after={},
    )


def load(
    model: type[Model],
    *keys: Any,
    before: Mapping[str, Iterable[Any]] | None = None,
    **after: Iterable[Any],
) -> Change:
    """Return the change of rows that a fixture brought."""
    return Change(
        model=model,
        alias="default",
        kind=ChangeKind.LOAD,
        keys=keys,
        fields=None,
        before=_targets(before or {}),
        after=_targets(after),
    )


def fields_of(model: type[Model]) -> frozenset[str]:
    """Return what a save() of an existing row writes."""
    return frozenset(
        field.name
        for field in model._meta.local_concrete_fields
        if not field.primary_key
    )


def _targets(named: Mapping[str, Iterable[Any]]) -> dict[str, frozenset[Any]]:
    return {name: frozenset(keys) for name, keys in named.items()}
