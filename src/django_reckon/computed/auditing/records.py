"""Rows that differ as lines of JSON, for keys of any type."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final, TypeGuard

from django.apps import apps
from django.core.exceptions import ValidationError

from django_reckon.changes.event import Key
from django_reckon.changes.rows import key_fields
from django_reckon.computed.rules.registry import ComputedColumn, registry
from django_reckon.ground.columns import target_of
from django_reckon.ground.internals import AnyField, table_owner

# What JSON gives back as it was.
_NATIVE: Final = frozenset({bool, int, str})


@dataclass(frozen=True, slots=True)
class Record:
    """
    Rows in which one field differs.

    Attributes:
        column: The field.
        database: Alias.
        keys: Primary keys, as the database gives them.
    """

    column: ComputedColumn
    database: str
    keys: tuple[Key, ...]


def line_of(record: Record) -> str:
    """
    Return a record as one line of JSON, without its end.

    Raises:
        ValueError: A key would not be read back as it is.
    """
    model = record.column.model
    fields = key_fields(model)
    return json.dumps(
        {
            "model": model._meta.label,
            "database": record.database,
            "field": record.column.name,
            "pks": [plain_key(fields, key) for key in record.keys],
        }
    )


def record_of(line: str) -> Record:
    """
    Return the record that a line holds.

    Raises:
        ValueError: It holds none, or one of a field that is not there.
    """
    try:
        data = json.loads(line)
    except ValueError as error:
        raise ValueError(f"it is no JSON ({error}).") from error
    match data:
        case {
            "model": str(label),
            "database": str(database),
            "field": str(name),
            "pks": [*keys],
        }:
            column = _column(label, name)
        case _:
            raise ValueError(
                "it is no object with 'model', 'database', 'field' and 'pks'."
            )
    fields = key_fields(column.model)
    return Record(column, database, tuple(key_of(fields, key) for key in keys))


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


def _column(label: str, name: str) -> ComputedColumn:
    try:
        model = table_owner(apps.get_model(label))
    except (LookupError, ValueError) as error:
        raise ValueError(f"it names the model {label!r}: {error}") from error
    column = registry.columns.get((model, name))
    if column is None:
        known = ", ".join(column.name for column in registry.on(model))
        raise ValueError(
            f"{name!r} is no computed field of {label!r}. It has: {known or 'none'}."
        )
    return column
