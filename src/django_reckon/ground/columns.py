"""Values as their columns hold them."""

from __future__ import annotations

import decimal
import json
from enum import Enum
from typing import Any, Final

from django.db.models import BinaryField, DecimalField, JSONField, Model

from django_reckon.ground.internals import AnyField

# Of these, two that are equal are the same in every column; nearly all values are.
_SIMPLE: Final = frozenset({bool, bytes, int, str})


def column_form(field: AnyField, value: Any) -> Any:
    """
    Return a value as a read of its column would give it, so that equals are equal.

    Decimals are rounded to the column's places, instances become keys, JSON loses what
    JSON does not know. Any: fields hold whatever their authors made them hold.

    Raises:
        Exception: The field refuses the value, by whatever it raises for that.
    """
    if value is None:
        return None
    if field.is_relation:
        return _key_form(field, value)
    prepared = field.get_prep_value(value)
    if prepared is None:
        return None
    if isinstance(field, DecimalField):
        return _rounded(field, prepared)
    if isinstance(field, JSONField):
        return json.loads(json.dumps(prepared, cls=field.encoder), cls=field.decoder)
    if isinstance(field, BinaryField):
        return bytes(prepared)
    if isinstance(prepared, list | tuple) and hasattr(field, "base_field"):
        return [column_form(field.base_field, each) for each in prepared]
    return prepared.value if isinstance(prepared, Enum) else prepared


def is_plainly_same(old: Any, new: Any) -> bool:
    """Tell whether two values are the same in whatever column, as most are."""
    return type(old) is type(new) and type(old) in _SIMPLE and bool(old == new)


def is_same(field: AnyField, old: Any, new: Any) -> bool:
    """Tell whether writing one value over the other would change nothing."""
    if type(old) is type(new) and type(old) in _SIMPLE:
        if old == new:
            return True
        if not is_prepared_once(field):
            # To Django's own fields these are in their columns' form already.
            return False
    try:
        first, second = column_form(field, old), column_form(field, new)
        if isinstance(field, JSONField):
            # To Python, true is 1.
            first, second = (json.dumps(v, sort_keys=True) for v in (first, second))
        # What is no number equals nothing, not even itself.
        return bool(first == second or (first != first and second != second))
    except Exception:  # noqa: BLE001 - what cannot be compared counts as different
        return False


def is_prepared_once(field: AnyField) -> bool:
    """Tell whether the form of a value may be none that the field takes once more."""
    # Django's own fields leave what they have prepared as it is.
    module: str = type(field).get_prep_value.__module__
    return not field.is_relation and not module.startswith("django.")


def target_of(field: AnyField) -> AnyField:
    """Return the column that a foreign key holds values of."""
    target: AnyField = field.target_field  # type: ignore[attr-defined]
    return target


def _key_form(field: AnyField, value: Any) -> Any:
    target = target_of(field)
    if isinstance(value, Model):
        value = getattr(value, target.attname)
    return column_form(target, value)


def _rounded(field: DecimalField[Any, Any], value: Any) -> Any:
    if not isinstance(value, decimal.Decimal) or not value.is_finite():
        return value
    # As Django does for the databases that do not round by themselves.
    context = decimal.getcontext().copy()
    context.prec = field.max_digits or context.prec
    places = decimal.Decimal(1).scaleb(-field.decimal_places)
    return value.quantize(places, context=context)
