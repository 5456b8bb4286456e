"""Which computed fields of a row a save of some fields moves."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import Model

from django_reckon.computed.refreshing.plan import SeenTo
from django_reckon.computed.rules.registry import ComputedColumn, registry


def touched(model: type[Model], named: Collection[str] | None) -> list[ComputedColumn]:
    """Return the computed fields that saving these fields (None: all) may move."""
    columns = registry.of(model)
    if named is None:
        return list(columns)
    names = {field_name(model, each) for each in named}
    found = []
    for column in columns:
        if column.name in names or not sources(column).isdisjoint(names):
            names.add(column.name)
            found.append(column)
    return found


def all_of(model: type[Model]) -> SeenTo:
    """Return every computed field of a model's own rows, as if it were seen to."""
    return SeenTo(model, frozenset(column.name for column in registry.of(model)))


def widened(named: list[str], columns: Iterable[ComputedColumn]) -> list[str]:
    """Return update_fields with these computed fields; none stay none."""
    if not named:
        return named
    return [*named, *(c.name for c in columns if c.name not in named)]


def written(instance: Model, named: Collection[str] | None) -> set[str] | None:
    """Return the names of the fields that a save will write; None for all."""
    if named is not None:
        return {field_name(type(instance), each) for each in named}
    deferred = instance.get_deferred_fields()
    if not deferred:
        return None
    fields = type(instance)._meta.concrete_fields
    return {field.name for field in fields if field.attname not in deferred}


def sources(column: ComputedColumn) -> set[str]:
    """Return the names of the row's own columns that a field is made from."""
    return {field.name for field in column.own_sources}


def field_name(model: type[Model], name: str) -> str:
    """Return a field's name for its name or its column's."""
    for field in model._meta.concrete_fields:
        if name == field.attname:
            return field.name
    return name
