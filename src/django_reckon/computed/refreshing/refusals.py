"""Which value it was that a database refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import DatabaseError
from django.db.models import Model

from django_reckon.computed.rules.registry import ComputedColumn, registry
from django_reckon.exceptions import ResolutionError


def refused(
    model: type[Model], objs: Sequence[Model], error: DatabaseError
) -> ResolutionError | None:
    """Return the error that names a computed value of rows of one table; or None."""
    return refused_of(registry.on(model), objs, error)


def refused_of(
    columns: Iterable[ComputedColumn], objs: Sequence[Model], error: DatabaseError
) -> ResolutionError | None:
    """Return the same for some fields of instances."""
    for column in columns:
        for obj in objs:
            value = vars(obj).get(column.field.attname)
            if is_impossible(column, value):
                pk = None if obj._state.adding else obj.pk
                return refusal(column, pk, value, error)
    return None


def refusal(
    column: ComputedColumn, pk: object, value: object, error: DatabaseError
) -> ResolutionError:
    """Return the error that names a value which its column never takes."""
    return ResolutionError(column.label, pk, f"its column refuses {value!r} ({error})")


def is_impossible(column: ComputedColumn, value: Any) -> bool:
    """Tell whether a value is one that such a column never takes."""
    if value is None:
        return not column.field.null
    try:
        column.field.run_validators(value)
    except Exception:  # noqa: BLE001 - any refusal will do
        return True
    return False
