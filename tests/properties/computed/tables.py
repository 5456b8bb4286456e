"""
The rows that every sequence of writes begins with, put back by plain SQL.

They are made once through the ORM; afterwards the tables are emptied and filled by
statements that the library does not see, in a few milliseconds.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from django.contrib.contenttypes.models import ContentType

from tests.computedapp.models import (
    Branch,
    Chair,
    Copy,
    Country,
    Hall,
    Loan,
    Member,
    Note,
    Publisher,
    Room,
    Shelf,
    Tag,
    Ticket,
    Title,
)
from tests.properties.computed.values import Hand, fresh_key
from tests.support.snapshot import Snapshot

if TYPE_CHECKING:
    from django.db.models import Model

__all__ = ["rows"]

# Rows that others point at come first.
_MODELS: Final[tuple[type[Model], ...]] = (
    Country,
    Publisher,
    Shelf,
    Title,
    Copy,
    Note,
    Tag,
    Tag.titles.through,
    Member,
    Loan,
    Room,
    Hall,
    Chair,
    Ticket,
    Branch,
)


@cache
def rows() -> Snapshot:
    """Return the rows; whoever asks first makes them, in tables that hold none."""
    _furnish()
    return Snapshot.of(*_MODELS)


def _furnish() -> None:
    """Write a few rows of everything; keys are below zero, the same in every run."""
    keys = [{"pk": -number} for number in range(1, 7)]
    # Other keys than those that a sequence will give away.
    hand = Hand(serial=-50)
    here, there = (
        Country.objects.create(**key, code=code)
        for key, code in zip(keys, ("de", "fr"), strict=False)
    )
    publishers = [
        Publisher.objects.create(**key, name=name, country=country)
        for key, name, country in zip(
            keys, ("Ink", "Quill", "Pen"), (here, there, None), strict=False
        )
    ]
    titles = [
        Title.objects.create(**key, name=name, publisher=publisher)
        for key, name, publisher in zip(
            keys, ("Sea", "Sky", "Sea", "Fog"), (*publishers, None), strict=False
        )
    ]
    shelves = [
        Shelf.objects.create(**key, label=label)
        for key, label in zip(keys, ("left", "right", "top"), strict=False)
    ]
    for at, key in enumerate(keys):
        shelf = [*shelves[:2], None][at % 3]
        title = titles[at % 3]
        Copy.objects.create(**key, title=title, shelf=shelf, price=at, amount=at)
    _tell(keys, titles, shelves)
    for at, key in enumerate(keys[:3]):
        tag = Tag.objects.create(**key, word=f"tag{at}")
        tag.titles.set(titles[at : at + 2])
        member = Member.objects.create(**fresh_key(hand, Member, at), name=f"m{at}")
        Loan.objects.create(**key, member=member, title=titles[at], days=at)
    Room.objects.create(**keys[0], name="cellar")
    for at, key in enumerate(keys[1:3]):
        hall = Hall.objects.create(**key, name=f"hall{at}", seats=5)
        for number in range(2):
            Chair.objects.create(row=at, number=number, hall=hall, broken=bool(number))
            Ticket.objects.create(day=at, seat=number, hall=hall)
    _plant(keys)


def _tell(
    keys: list[dict[str, int]], titles: list[Title], shelves: list[Shelf]
) -> None:
    """Write notes about titles, and one about a shelf whose key a title has, too."""
    subjects = (titles[0], titles[0], titles[1], shelves[0])
    for at, (key, subject) in enumerate(zip(keys, subjects, strict=False)):
        Note.objects.create(
            **key,
            text=f"note{at}",
            content_type=ContentType.objects.get_for_model(subject),
            object_id=str(subject.pk),
        )


def _plant(keys: list[dict[str, int]]) -> None:
    root = Branch.objects.create(**keys[0], name="root")
    left = Branch.objects.create(**keys[1], name="left", parent=root)
    Branch.objects.create(**keys[2], name="right", parent=root)
    Branch.objects.create(**keys[3], name="leaf", parent=left)
