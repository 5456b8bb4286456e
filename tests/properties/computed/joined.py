"""Writes of rows that are found over relations, and of what lies between rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db.models import (
    BigAutoField,
    Case,
    F,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Substr

from tests.computedapp.models import (
    Branch,
    Chair,
    Copy,
    Country,
    Hall,
    Loan,
    Publisher,
    Shelf,
    Tag,
    Ticket,
    Title,
)
from tests.properties.computed.values import NothingThere, chosen, pick, some, values

if TYPE_CHECKING:
    from tests.properties.computed.values import Action, Hand

__all__ = ["ACTIONS"]

Row = Any
_LINKS: Final[Any] = Tag.titles.through


def _update_joined(hand: Hand, a: int, b: int) -> None:
    """Update rows that are found over relations."""
    publisher, shelf = pick(Publisher, a), pick(Shelf, b)
    rows: list[QuerySet[Row]] = [
        QuerySet(Copy).filter(title__publisher=publisher),
        QuerySet(Copy).filter(shelf__upper=shelf.upper),
        QuerySet(Copy).exclude(title__tagged__word=""),
        QuerySet(Copy).filter(Q(title__publisher=None) | Q(shelf=shelf)),
    ]
    rows[a % len(rows)].update(**values(Copy, b, most=2))


def _move_by_expression(hand: Hand, a: int, b: int) -> None:
    """Let the database choose where rows point."""
    first: QuerySet[Row] = QuerySet(Shelf).order_by("pk" if b % 2 else "-pk")
    rows = chosen(Copy, a)
    if b % 3 == 0:
        rows.update(shelf=Subquery(first.values("pk")[:1]))
    elif b % 3 == 1:
        key = pick(Shelf, b).pk
        other = When(price__gt=1, then=Value(key))
        by_price = Case(other, default=F("shelf_id"), output_field=BigAutoField())
        rows.update(shelf_id=by_price)
    else:
        title: QuerySet[Row] = QuerySet(Title).order_by("pk")
        rows.update(title=Subquery(title.values("pk")[:1]), price=F("amount"))


def _move_branches(hand: Hand, a: int, b: int) -> None:
    rows = chosen(Branch, a)
    if b % 2:
        rows.update(parent=F("id"))
    else:
        name = Substr(F("family"), 1, 8) if b % 4 else Value("n")
        rows.update(parent=None, name=name)


def _renumber(hand: Hand, a: int, b: int) -> None:
    """Give a row of a composite key another one."""
    hand.serial += 1
    if b % 2:
        row = pick(Ticket, a)
        QuerySet(Ticket).filter(pk=row.pk).update(seat=200 + hand.serial)
    else:
        row = pick(Chair, a)
        QuerySet(Chair).filter(pk=row.pk).update(
            row=200 + hand.serial, broken=bool(a % 2)
        )


def _halls_of_rooms(hand: Hand, a: int, b: int) -> None:
    """Update both tables of halls, or one found over the other."""
    halls: QuerySet[Row] = QuerySet(Hall)
    if b % 3 == 0:
        halls.filter(name__contains="a").update(name="n", seats=b)
    elif b % 3 == 1:
        halls.filter(seats__gt=1).update(name="big")
    else:
        halls.filter(sign__contains="hall").update(seats=F("seats") + 1)


def _link(hand: Hand, a: int, b: int) -> None:
    """Write rows of the table between tags and titles."""
    links = [
        _LINKS(tag=tag, title=title) for tag in some(Tag, a) for title in some(Title, b)
    ]
    QuerySet(_LINKS).bulk_create(links, ignore_conflicts=True, batch_size=2)


def _relink(hand: Hand, a: int, b: int) -> None:
    link = pick(_LINKS, a)
    title = pick(Title, b)
    if QuerySet(_LINKS).filter(tag_id=link.tag_id, title=title).exists():
        raise NothingThere
    if b % 2:
        QuerySet(_LINKS).filter(pk=link.pk).update(title=title)
    else:
        link.title = title
        link.save()


def _unlink(hand: Hand, a: int, b: int) -> None:
    if b % 2:
        chosen(_LINKS, a).delete()
    else:
        pick(_LINKS, a).delete()


def _delete_joined(hand: Hand, a: int, b: int) -> None:
    """Delete rows that are found over relations."""
    rows: list[QuerySet[Row]] = [
        QuerySet(Copy).filter(title__publisher=pick(Publisher, a)),
        QuerySet(Title).filter(publisher__country=pick(Country, a)),
        QuerySet(Loan).filter(title__tagged=pick(Tag, a)),
        QuerySet(Chair).filter(hall__seats__lt=b),
        QuerySet(Shelf).filter(dearest__title=pick(Title, a)),
    ]
    rows[b % len(rows)].delete()


ACTIONS: Final[dict[str, Action]] = {
    "update joined": _update_joined,
    "move by expression": _move_by_expression,
    "move branches": _move_branches,
    "renumber": _renumber,
    "halls of rooms": _halls_of_rooms,
    "link": _link,
    "relink": _relink,
    "unlink": _unlink,
    "delete joined": _delete_joined,
}
