"""Primary keys as JSON knows them, whatever their columns hold."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, Final, TypeAlias, TypeGuard

from django.core.exceptions import ValidationError

from django_reckon.ground.columns import target_of
from django_reckon.ground.internals import AnyField

# Whatever the columns hold; a tuple where there are several.
Key: TypeAlias = Any

# What JSON gives back as it was.
_NATIVE: Final = frozenset({bool, int, str})


def plain_key(fields: Sequence[AnyField], key: Key) -> Any:
    """
    Return a primary key as JSON knows it: Any, for that is of several types.

    Whole numbers, texts and truths stay what they are, all else becomes the text that
    fixtures hold for it; a composite key is a list.

    Raises:
        ValueError: It would not be read back as it is.
    """
    parts = key if len(fields) > 1 else (key,)
    plain = [_plain(field, part) for field, part in zip(fields, parts, strict=True)]
    return plain if len(fields) > 1 else plain[0]


def key_of(fields: Sequence[AnyField], plain: Any) -> Key:
    """
    Return the primary key that plain_key() made plain; Any, it is from a file.

    Raises:
        ValueError: It is no key of these columns.
    """
    if len(fields) == 1:
        return _part(fields[0], plain)
    if not isinstance(plain, list) or len(plain) != len(fields):
        names = ", ".join(field.name for field in fields)
        raise ValueError(f"{plain!r} is no list of the columns {names}.")
    return tuple(map(_part, fields, plain))


def _plain(field: AnyField, value: Any) -> Any:
    if type(value) in _NATIVE:
        return value
    field = _behind(field)
    # As serializers ask, who have an instance at hand.
    holder: Any = SimpleNamespace(**{field.attname: value})
    text = field.value_to_string(holder)
    if _part(field, text) != value:
        raise ValueError(
            f"the key {value!r} of {field} cannot be written as JSON: to_python() of "
            "the field does not read what its value_to_string() writes."
        )
    return text


def _part(field: AnyField, plain: Any) -> Any:
    field = _behind(field)
    if plain is None or isinstance(plain, list | dict):
        raise ValueError(f"{plain!r} is no key of {field}.")
    try:
        value = field.to_python(plain)
    except (ValidationError, TypeError, ValueError) as error:
        raise ValueError(f"{plain!r} is no key of {field} ({error}).") from error
    return bytes(value) if _is_binary(value) else value


def _behind(field: AnyField) -> AnyField:
    """Return the column whose values a key holds."""
    while field.is_relation:
        field = target_of(field)
    return field


def _is_binary(value: object) -> TypeGuard[bytearray | memoryview]:
    return isinstance(value, bytearray | memoryview)
