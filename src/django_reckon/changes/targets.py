"""Where rows point."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Model

from django_reckon.changes.event import Key, Targets
from django_reckon.changes.rows import Rows
from django_reckon.changes.watch import Interest
from django_reckon.ground.internals import AnyField, table_owner


def relations_of(model: type[Model], interest: Interest) -> list[AnyField]:
    """Return the watched foreign keys that are columns of this very table."""
    wanted = set(interest.relations)
    return [
        f for f in table_owner(model)._meta.local_concrete_fields if f.name in wanted
    ]


def stored(field: AnyField, value: Any) -> Key:
    """Return the column's value for what an update was given: an instance or a key."""
    if isinstance(value, Model):
        target: AnyField = field.target_field  # type: ignore[attr-defined]
        return getattr(value, target.attname)
    return None if value is None else field.to_python(value)


def targets(values: Iterable[Any]) -> frozenset[Key] | None:
    """Return where rows lead; None where a field makes keys that cannot be hashed."""
    try:
        return frozenset(values) - {None}
    except TypeError:
        return None


def columns(fields: Sequence[AnyField], rows: Rows) -> Targets:
    """Return where the rows lead by each field."""
    return {field.name: column(rows, at) for at, field in enumerate(fields)}


def column(rows: Rows, position: int) -> frozenset[Key] | None:
    """Return where the rows lead by one of the columns that were read."""
    return targets(values[position] for values in rows.values())
