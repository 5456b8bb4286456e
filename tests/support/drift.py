"""
The oracle of computed fields: what is stored beside what the functions say.

Nothing of the library's engine takes part. Each row is read anew without any manager
of its model, the plain function is called, and the two values are compared in a form
that is written down here once more.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import DecimalField, Field, JSONField, Model

from django_reckon.computed.rules.declare import declaration_of
from tests.support.columns import columns

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Drift", "computed_models", "drifted"]

# Wide enough for every value that a test stores.
_CONTEXT = Context(prec=60, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class Drift:
    """
    A value that is not what its function says.

    Attributes:
        field: As "shop.Shelf.total".
        pk: Of the row; Any, for keys are of any kind.
        stored: What the column holds; Any, as the field likes.
        fresh: What the function returns for the row now.
    """

    field: str
    pk: Any
    stored: Any
    fresh: Any


def computed_models(*app_labels: str) -> list[type[Model]]:
    """Return the models of these apps (all, if none is named) with computed fields."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
        and not model._meta.proxy
        and (not app_labels or model._meta.app_label in app_labels)
        and any(declaration_of(field) for field in model._meta.local_fields)
    ]


def drifted(*models: type[Model], using: str = "default") -> list[Drift]:
    """
    Return every stored value that differs from a computation made now.

    Args:
        models: Where to look; none for every model of the world in tests.computedapp.
        using: The database.

    Cost:
        A query for each model, and those of each function for each row and field.
    """
    return [
        drift
        for model in models or computed_models("computedapp")
        for drift in _drifted(model, using)
    ]


def _drifted(model: type[Model], using: str) -> Iterator[Drift]:
    fields = model._meta.concrete_fields
    names = [field.attname for field in fields]
    rows = columns(model, names, alias=using)
    for field in fields:
        declared = declaration_of(field)
        if declared is None:
            continue
        for values in rows:
            # Made for each field, so that no relation fetched for one serves another.
            row: Any = model.from_db(using, names, values)
            stored = plain(field, getattr(row, field.attname))
            fresh = plain(field, declared.compute(row))
            if stored != fresh:
                yield Drift(f"{model._meta.label}.{field.name}", row.pk, stored, fresh)


def plain(field: Field[Any, Any], value: Any) -> Any:
    """Return a value such that two of them are equal if a column holds them alike."""
    if isinstance(value, Model):
        value = value.pk
    if isinstance(value, Enum):
        value = value.value
    if value is None:
        return None
    if isinstance(field, DecimalField):
        places = Decimal(1).scaleb(-(field.decimal_places or 0))
        return Decimal(value).quantize(places, context=_CONTEXT)
    if isinstance(field, JSONField):
        return json.dumps(json.loads(json.dumps(value)), sort_keys=True)
    if isinstance(value, memoryview | bytearray):
        return bytes(value)
    return value
