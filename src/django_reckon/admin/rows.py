"""What the listings say, as plain values; all of it comes from the registry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Model

from django_reckon.computed.drawing.picture import Picture
from django_reckon.computed.manual import get_contributing_fks
from django_reckon.computed.rules.paths import SELF
from django_reckon.computed.rules.registry import ComputedColumn, registry
from django_reckon.ground.installed import apps


@dataclass(frozen=True, slots=True)
class FieldRow:
    """
    One computed field of a model.

    Attributes:
        name: The field's name.
        type: Name of the Django field's class.
        place: In the order in which a row's fields are computed, from 1.
        level: Fields of lower levels, of whatever model, are computed before.
        is_local: Whether the row alone determines the value.
        owner: Label of the parent whose table holds it; empty for the model's own.
        rules: Relation and names of the columns at its end, as written.
    """

    name: str
    type: str
    place: int
    level: int
    is_local: bool
    owner: str
    rules: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ModelRow:
    """
    One model with computed fields.

    Attributes:
        label: As in messages, "shop.Shelf".
        fields: In local order.
    """

    label: str
    fields: tuple[FieldRow, ...]


@dataclass(frozen=True, slots=True)
class KeyRow:
    """
    One foreign key that relates rows for computed fields.

    Attributes:
        name: The field's name.
        targets: Labels of the computed fields.
    """

    name: str
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContributingRow:
    """
    One model with contributing foreign keys.

    Attributes:
        label: As in messages, "shop.Copy".
        is_automatic: Whether Django made the model, for a many-to-many field.
        keys: In the order of declaration.
    """

    label: str
    is_automatic: bool
    keys: tuple[KeyRow, ...]


def computed_models() -> list[type[Model]]:
    """Return the models that have computed fields, or inherit them, by label."""
    found = [
        model
        for model in apps.get_models()
        if not model._meta.proxy and registry.of(model)
    ]
    return sorted(found, key=lambda model: model._meta.label)


def computed_rows(models: Iterable[type[Model]]) -> list[ModelRow]:
    """Return what is to say about each of these models."""
    levels = {
        (step.model, name): step.level
        for step in registry.steps
        for name in step.fields
    }
    return [
        ModelRow(
            model._meta.label,
            tuple(
                _field_row(model, column, place, levels[column.node])
                for place, column in enumerate(registry.of(model), start=1)
            ),
        )
        for model in models
    ]


def contributing_rows(picture: Picture) -> list[ContributingRow]:
    """Return the models with contributing foreign keys, by label."""
    targets: dict[str, list[str]] = {}
    for arrow in picture.arrows:
        targets.setdefault(arrow.source, []).append(arrow.target)
    rows = []
    for model, names in get_contributing_fks().items():
        label = model._meta.label
        keys = [f.name for f in model._meta.local_fields if f.name in names]
        rows.append(
            ContributingRow(
                label,
                bool(model._meta.auto_created),
                tuple(
                    KeyRow(name, tuple(targets.get(f"{label}.{name}", ())))
                    for name in keys
                ),
            )
        )
    return sorted(rows, key=lambda row: row.label)


def _field_row(
    model: type[Model], column: ComputedColumn, place: int, level: int
) -> FieldRow:
    rules = column.declaration.depends
    return FieldRow(
        name=column.name,
        type=type(column.field).__name__,
        place=place,
        level=level,
        is_local=registry.is_local(column),
        owner="" if column.model is model else column.model._meta.label,
        rules=tuple((path or SELF, ", ".join(names)) for path, names in rules),
    )
