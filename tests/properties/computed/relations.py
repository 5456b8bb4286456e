"""Writes through related managers, in every mode and from both ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from django.db.models import Model

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
    Shelf,
    Tag,
    Ticket,
    Title,
)
from tests.properties.computed.values import (
    fresh_key,
    needs_key,
    pick,
    some,
    values,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.properties.computed.values import Action, Hand

__all__ = ["ACTIONS"]

Row = Any
# Whose rows say what belongs together: the far ones, or those of a third table.
Kind = Literal["nullable", "required", "generic", "many", "through"]


@dataclass(frozen=True, slots=True)
class Relation:
    """One manager of related rows."""

    near: type[Model]
    accessor: str
    far: type[Model]
    kind: Kind
    # Columns of the far row that the manager sets by itself.
    own: tuple[str, ...] = ()

    def manager(self, number: int) -> Any:
        """Return the manager of some row."""
        return getattr(pick(self.near, number), self.accessor)

    @property
    def through(self) -> dict[str, Any]:
        """What a manager needs to know to make rows between."""
        return {"through_defaults": {"days": 2}} if self.kind == "through" else {}

    def mode(self, number: int) -> dict[str, Any]:
        """Return whether to write all at once, where one may choose."""
        one_table = self.kind in {"nullable", "required", "generic"}
        return {"bulk": bool(number % 2)} if one_table else {}


_RELATIONS: Final = (
    Relation(Country, "publishers", Publisher, "nullable", ("country",)),
    Relation(Publisher, "titles", Title, "nullable", ("publisher",)),
    Relation(Title, "copies", Copy, "required", ("title",)),
    Relation(Shelf, "copies", Copy, "nullable", ("shelf",)),
    Relation(Hall, "chairs", Chair, "nullable", ("hall",)),
    Relation(Hall, "tickets", Ticket, "required", ("hall",)),
    Relation(Branch, "children", Branch, "nullable", ("parent",)),
    Relation(Member, "loans", Loan, "required", ("member",)),
    Relation(Title, "loans", Loan, "required", ("title",)),
    Relation(Title, "notes", Note, "generic", ("content_type", "object_id")),
    Relation(Tag, "titles", Title, "many"),
    Relation(Title, "tags", Tag, "many"),
    Relation(Member, "lent", Title, "through"),
    Relation(Title, "members", Member, "through"),
)


def _new(hand: Hand, relation: Relation, number: int) -> dict[str, Any]:
    columns = values(relation.far, number)
    for name in relation.own:
        del columns[name]
    if needs_key(relation.far):
        columns |= fresh_key(hand, relation.far, number)
    return columns


def _create(hand: Hand, relation: Relation, a: int, b: int) -> None:
    manager, columns = relation.manager(a), _new(hand, relation, b)
    manager.create(**columns, **relation.through)


def _add(hand: Hand, relation: Relation, a: int, b: int) -> None:
    manager, rows = relation.manager(a), some(relation.far, b)
    if relation.kind in {"many", "through"} and a % 2:
        rows = [row.pk for row in rows]
    manager.add(*rows, **relation.mode(b), **relation.through)


def _add_new(hand: Hand, relation: Relation, a: int, b: int) -> None:
    """Add rows that are saved by being added."""
    manager = relation.manager(a)
    manager.add(relation.far(**_new(hand, relation, b)), bulk=False)


def _remove(hand: Hand, relation: Relation, a: int, b: int) -> None:
    manager = relation.manager(a)
    rows = list(manager.order_by("pk"))
    manager.remove(*rows[: 1 + b % 3], **relation.mode(b))


def _set(hand: Hand, relation: Relation, a: int, b: int) -> None:
    manager = relation.manager(a)
    manager.set(
        some(relation.far, b),
        clear=b % 3 == 0 or relation.far is Chair,
        **relation.mode(b),
        **relation.through,
    )


def _clear(hand: Hand, relation: Relation, a: int, b: int) -> None:
    relation.manager(a).clear(**relation.mode(b))


def _update(hand: Hand, relation: Relation, a: int, b: int) -> None:
    """Update all that a manager leads to."""
    changes = values(relation.far, b, most=1)
    relation.manager(a).update(**changes)


def _delete(hand: Hand, relation: Relation, a: int, b: int) -> None:
    relation.manager(a).all().delete()


def _move_note(hand: Hand, a: int, b: int) -> None:
    """Say by the object itself what a note is about."""
    note = pick(Note, a)
    note.about = pick(Shelf if b % 4 == 0 else Title, b)
    note.save(update_fields=["object_id"] if b % 2 else None)


_EACH: Final[dict[str, Callable[[Hand, Relation, int, int], None]]] = {
    "create": _create,
    "add": _add,
    "add new": _add_new,
    "remove": _remove,
    "set": _set,
    "clear": _clear,
    "update": _update,
    "delete": _delete,
}


# Which relations can be written so, where not every one can.
_KINDS: Final[dict[str, tuple[Kind, ...]]] = {
    "add new": ("nullable", "required", "generic"),
    "remove": ("nullable", "generic", "many", "through"),
    "set": ("nullable", "generic", "many", "through"),
    "clear": ("nullable", "generic", "many", "through"),
}


def _can(name: str, relation: Relation) -> bool:
    if name == "remove" and relation.far is Chair:
        # Django cannot remove single rows of composite keys.
        return False
    return relation.kind in _KINDS.get(name, (relation.kind,))


def _on(
    write: Callable[[Hand, Relation, int, int], None], relation: Relation
) -> Action:
    return lambda hand, a, b: write(hand, relation, a, b)


ACTIONS: Final[dict[str, Action]] = {
    f"{relation.near.__name__}.{relation.accessor} {name}": _on(write, relation)
    for name, write in _EACH.items()
    for relation in _RELATIONS
    if _can(name, relation)
} | {"move note": _move_note}
