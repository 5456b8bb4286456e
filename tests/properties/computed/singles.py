"""Writes of one row: saves of every kind, creation, deletion, fixtures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from asgiref.sync import async_to_sync
from django.core import serializers
from django.db.models import Model, QuerySet

from tests.computedapp.models import Hall, Member, Room, Shelf, Title
from tests.properties.computed.values import (
    COLUMNS,
    COMPUTED,
    EXPRESSIONS,
    NothingThere,
    attribute,
    fresh_key,
    needs_key,
    pick,
    require_targets,
    values,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from tests.properties.computed.values import Action, Hand

__all__ = ["ACTIONS"]

Row = Any
# What kept instances remember of other rows.
_PREFETCHED: Final[dict[type[Model], tuple[str, ...]]] = {
    Shelf: ("copies__title",),
    Title: ("tags", "notes"),
    Member: ("loans__title", "lent"),
    Hall: ("chairs",),
}


def _unsaved(hand: Hand, model: type[Model], number: int, *, keyed: bool) -> Row:
    row = values(model, number)
    if keyed or needs_key(model):
        row |= fresh_key(hand, model, number)
    return model(**row)


def _changed(row: Row, number: int, *, most: int = 2) -> list[str]:
    """Give some columns of an instance new values and return their names."""
    changes = values(type(row), number, most=most)
    for name, value in changes.items():
        if number % 3 and attribute(type(row), name) != name:
            # By the column's name, which leaves the instance beside it stale.
            setattr(row, attribute(type(row), name), getattr(value, "pk", None))
        else:
            setattr(row, name, value)
    return list(changes)


def _create(hand: Hand, model: type[Model], a: int, b: int) -> None:
    row = _unsaved(hand, model, b, keyed=bool(a % 2))
    for name, make in COMPUTED.get(model, {}).items():
        if a % 5 == 4:
            setattr(row, name, make(b))
    row.save(force_insert=a % 4 == 1)


def _get_or_create(hand: Hand, model: type[Model], a: int, b: int) -> None:
    rows: QuerySet[Row] = QuerySet(model)
    known: dict[str, Any] = {"pk": pick(model, a).pk}
    if b % 2:
        known = fresh_key(hand, model, b)
    rows.get_or_create(**known, defaults=values(model, b))


def _update_or_create(hand: Hand, model: type[Model], a: int, b: int) -> None:
    rows: QuerySet[Row] = QuerySet(model)
    known: dict[str, Any] = {"pk": pick(model, a).pk}
    if b % 4 == 3:
        known = fresh_key(hand, model, b)
        rows.update_or_create(**known, defaults=values(model, b))
    else:
        rows.update_or_create(**known, defaults=values(model, b, most=1 + b % 2))


def _save(hand: Hand, model: type[Model], a: int, b: int) -> None:
    row = pick(model, a)
    _changed(row, b)
    row.save(force_update=b % 4 == 2)


def _save_named(hand: Hand, model: type[Model], a: int, b: int) -> None:
    row = pick(model, a)
    names = _changed(row, b, most=1 + b % 2)
    # What is not named is not written, and must not be computed from.
    _changed(row, a + 1)
    if a % 2:
        names = [attribute(model, name) for name in names]
    row.save(update_fields=names)


def _save_nothing(hand: Hand, model: type[Model], a: int, b: int) -> None:
    row = pick(model, a)
    _changed(row, b)
    row.save(update_fields=[])


def _save_expression(hand: Hand, model: type[Model], a: int, b: int) -> None:
    row = pick(model, a)
    found = list(EXPRESSIONS[model].items())
    name, expression = found[b % len(found)]
    setattr(row, name, expression)
    row.save(update_fields=[name] if b % 2 else None)


def _save_junk(hand: Hand, model: type[Model], a: int, b: int) -> None:
    row = pick(model, a)
    computed = list(COMPUTED[model].items())
    name, make = computed[b % len(computed)]
    setattr(row, name, make(b))
    row.save(update_fields=[name] if b % 3 == 1 else None)


def _save_new_instance(hand: Hand, model: type[Model], a: int, b: int) -> None:
    """Write over a row by an instance that was never read."""
    if model is Member:
        # Its key has a default, so that Django takes the instance for a new row.
        raise NothingThere
    row = model(pk=pick(model, a).pk, **values(model, b))
    row.save()


def _save_partly_read(hand: Hand, model: type[Model], a: int, b: int) -> None:
    names = list(COLUMNS[model])
    rows: QuerySet[Row] = QuerySet(model)
    rows = rows.only(names[b % len(names)]) if b % 2 else rows.defer(names[0])
    row = rows.get(pk=pick(model, a).pk)
    _changed(row, b)
    row.save()


def _copy(hand: Hand, model: type[Model], a: int, b: int) -> None:
    """Save a row once more under another key."""
    row = pick(model, a)
    if needs_key(model):
        for name, value in fresh_key(hand, model, b).items():
            setattr(row, name, value)
    else:
        row.pk = None
        if model is Hall:
            row.id = None
    row._state.adding = True
    row.save()


def _delete(hand: Hand, model: type[Model], a: int, b: int) -> None:
    pick(model, a).delete()


def _keep(hand: Hand, model: type[Model], a: int, b: int) -> None:
    rows: QuerySet[Row] = QuerySet(model)
    if b % 2:
        rows = rows.prefetch_related(*_PREFETCHED.get(model, ()))
    hand.kept[model].append(rows.get(pk=pick(model, a).pk))


def _kept(hand: Hand, model: type[Model], number: int) -> Row:
    kept = hand.kept[model]
    if not kept:
        raise NothingThere
    return kept[number % len(kept)]


def _save_kept(hand: Hand, model: type[Model], a: int, b: int) -> None:
    row = _kept(hand, model, a)
    if b % 4:
        _changed(row, b, most=1)
    require_targets(row)
    row.save()


def _save_kept_named(hand: Hand, model: type[Model], a: int, b: int) -> None:
    row = _kept(hand, model, a)
    rows: QuerySet[Row] = QuerySet(model)
    if not rows.filter(pk=row.pk).exists():
        raise NothingThere
    names = _changed(row, b, most=1 + b % 2)
    require_targets(row)
    row.save(update_fields=names)


def _delete_kept(hand: Hand, model: type[Model], a: int, b: int) -> None:
    row = _kept(hand, model, a)
    hand.kept[model].remove(row)
    row.delete()


def _asave(hand: Hand, model: type[Model], a: int, b: int) -> None:
    row = pick(model, a)
    _changed(row, b)
    async_to_sync(row.asave)()


def _load(hand: Hand, model: type[Model], a: int, b: int) -> None:
    """Load rows as loaddata does, one known and one new."""
    known = pick(model, a)
    _changed(known, b)
    new = _unsaved(hand, model, b, keyed=True)
    rows = [known, new]
    if model is Hall:
        # A fixture holds the rows of each table apart.
        rows = [*(Room(pk=row.pk, name=row.name) for row in rows), *rows]
    # All but what the database makes.
    names = [
        each.name
        for each in model._meta.concrete_fields
        if not getattr(each, "generated", False)
    ]
    fixture = serializers.serialize("python", rows, fields=names)
    for loaded in serializers.deserialize("python", fixture):
        loaded.save()


EACH: Final[dict[str, Callable[[Hand, type[Model], int, int], None]]] = {
    "create": _create,
    "get_or_create": _get_or_create,
    "update_or_create": _update_or_create,
    "save": _save,
    "save named": _save_named,
    "save nothing": _save_nothing,
    "save expression": _save_expression,
    "save junk": _save_junk,
    "save new instance": _save_new_instance,
    "save partly read": _save_partly_read,
    "copy": _copy,
    "delete": _delete,
    "keep": _keep,
    "save kept": _save_kept,
    "save kept named": _save_kept_named,
    "delete kept": _delete_kept,
    "asave": _asave,
    "load": _load,
}


# Not every model has what some writes are about.
_MODELS: Final[dict[str, Collection[type[Model]]]] = {
    "save expression": EXPRESSIONS,
    "save junk": COMPUTED,
}


def _promote(hand: Hand, a: int, b: int) -> None:
    """Make a hall of a room that is there."""
    halls: QuerySet[Row] = QuerySet(Hall)
    room = pick(Room, a)
    if halls.filter(pk=room.pk).exists():
        raise NothingThere
    Hall(room_ptr=room, name=room.name, seats=b).save()


def _demote(hand: Hand, a: int, b: int) -> None:
    """Leave nothing but the room of a hall."""
    pick(Hall, a).delete(keep_parents=True)


def _on(
    write: Callable[[Hand, type[Model], int, int], None], model: type[Model]
) -> Action:
    return lambda hand, a, b: write(hand, model, a, b)


ACTIONS: Final[dict[str, Action]] = {
    f"{name} {model.__name__}": _on(write, model)
    for name, write in EACH.items()
    for model in _MODELS.get(name, COLUMNS)
} | {"make a hall of a Room": _promote, "make a room of a Hall": _demote}
