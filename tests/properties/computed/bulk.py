"""Writes of many rows at once: querysets, bulk operations, through models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import connection
from django.db.models import Model, QuerySet

from tests.computedapp.models import (
    Hall,
    Tag,
)
from tests.properties.computed.values import (
    COLUMNS,
    COMPUTED,
    EXPRESSIONS,
    attribute,
    chosen,
    fresh_key,
    needs_key,
    some,
    values,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from tests.properties.computed.values import Action, Hand

__all__ = ["ACTIONS"]

Row = Any
_LINKS: Final[Any] = Tag.titles.through


def _new(hand: Hand, model: type[Model], number: int, *, keyed: bool) -> list[Row]:
    made = []
    for at in range(number % 4):
        row = values(model, number + at)
        if keyed or needs_key(model):
            row |= fresh_key(hand, model, at)
        made.append(model(**row))
    return made


def _update(hand: Hand, model: type[Model], a: int, b: int) -> None:
    rows: QuerySet[Row] = QuerySet(model) if a == 0 else chosen(model, a)
    changes = values(model, b, most=1 + b % 2)
    if b % 3 == 2:
        changes = {
            attribute(model, name): getattr(value, "pk", value)
            for name, value in changes.items()
        }
    rows.update(**changes)


def _update_expression(hand: Hand, model: type[Model], a: int, b: int) -> None:
    found = list(EXPRESSIONS[model].items())
    name, expression = found[b % len(found)]
    changes = {name: expression}
    if b % 4 == 3:
        changes = values(model, b, most=2) | changes
    chosen(model, a).update(**changes)


def _update_junk(hand: Hand, model: type[Model], a: int, b: int) -> None:
    computed = list(COMPUTED[model].items())
    name, make = computed[b % len(computed)]
    changes = {name: make(b)}
    if b % 3 == 0:
        changes |= values(model, b, most=1)
    chosen(model, a).update(**changes)


def _bulk_create(hand: Hand, model: type[Model], a: int, b: int) -> None:
    rows: QuerySet[Row] = QuerySet(model)
    made = _new(hand, model, b, keyed=bool(a % 2))
    for name, make in COMPUTED.get(model, {}).items():
        for row in made if a % 5 == 4 else ():
            setattr(row, name, make(b))
    rows.bulk_create(made, batch_size=[None, 1, 2][a % 3])


def _ignoring(hand: Hand, model: type[Model], a: int, b: int) -> None:
    """Create rows of which some are there already, and stay as they are."""
    rows: QuerySet[Row] = QuerySet(model)
    known = [model(pk=row.pk, **values(model, b)) for row in some(model, a)]
    made = _new(hand, model, b, keyed=bool(a % 2))
    rows.bulk_create([*known, *made], ignore_conflicts=True)


def _replacing(hand: Hand, model: type[Model], a: int, b: int) -> None:
    """Create rows of which some are there already, and are written over."""
    rows: QuerySet[Row] = QuerySet(model)
    known = [
        model(pk=row.pk, **values(model, b + at)) for at, row in _numbered(model, a)
    ]
    made = _new(hand, model, b, keyed=True)
    names = list(COLUMNS[model])
    wanted = names[: 1 + b % len(names)] if b % 2 else names[b % len(names) :]
    computed = list(COMPUTED.get(model, {}))
    if computed and b % 5 == 4:
        wanted.append(computed[b % len(computed)])
    told: Any = {}
    if connection.features.supports_update_conflicts_with_target:
        told["unique_fields"] = [each.name for each in model._meta.pk_fields]
    rows.bulk_create(
        [*made, *known],
        update_conflicts=True,
        update_fields=wanted,
        batch_size=[None, 2][a % 2],
        **told,
    )


def _numbered(model: type[Model], number: int) -> Sequence[tuple[int, Row]]:
    return list(enumerate(some(model, number)))


def _bulk_update(hand: Hand, model: type[Model], a: int, b: int) -> None:
    rows: QuerySet[Row] = QuerySet(model)
    selected = some(model, a)
    names: set[str] = set()
    for at, row in enumerate(selected):
        for name, value in values(model, b, most=2).items():
            # The same columns everywhere, with other values.
            setattr(row, name, COLUMNS[model][name](b + at) if at else value)
            names.add(name)
    computed = list(COMPUTED.get(model, {}).items())
    if computed and b % 4 == 3:
        name, make = computed[b % len(computed)]
        for row in selected:
            setattr(row, name, make(b))
        names.add(name)
    rows.bulk_update(selected, sorted(names), batch_size=[None, 1, 2][b % 3])


def _bulk_update_expression(hand: Hand, model: type[Model], a: int, b: int) -> None:
    found = list(EXPRESSIONS[model].items())
    name, expression = found[b % len(found)]
    rows: QuerySet[Row] = QuerySet(model)
    selected = some(model, a)
    for row in selected:
        setattr(row, name, expression)
    rows.bulk_update(selected, [name])


def _delete(hand: Hand, model: type[Model], a: int, b: int) -> None:
    chosen(model, a).delete()


EACH: Final[dict[str, Callable[[Hand, type[Model], int, int], None]]] = {
    "update": _update,
    "update expression": _update_expression,
    "update junk": _update_junk,
    "bulk_create": _bulk_create,
    "bulk_create ignoring": _ignoring,
    "bulk_create replacing": _replacing,
    "bulk_update": _bulk_update,
    "bulk_update expression": _bulk_update_expression,
    "delete many": _delete,
}
# Rows of two tables cannot be created in bulk.
_ONE_TABLE: Final = [model for model in COLUMNS if model is not Hall]
# Not every model has what some writes are about.
_MODELS: Final[dict[str, Collection[type[Model]]]] = {
    "update expression": EXPRESSIONS,
    "update junk": COMPUTED,
    "bulk_create": _ONE_TABLE,
    "bulk_create ignoring": _ONE_TABLE,
    "bulk_create replacing": _ONE_TABLE,
    "bulk_update expression": EXPRESSIONS,
}


def _on(
    write: Callable[[Hand, type[Model], int, int], None], model: type[Model]
) -> Action:
    return lambda hand, a, b: write(hand, model, a, b)


ACTIONS: Final[dict[str, Action]] = {
    f"{name} {model.__name__}": _on(write, model)
    for name, write in EACH.items()
    for model in _MODELS.get(name, COLUMNS)
}
