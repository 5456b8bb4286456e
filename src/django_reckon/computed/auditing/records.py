"""Rows that differ as lines of JSON, for keys of any type."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django_reckon.changes.event import Key
from django_reckon.changes.rows import key_fields
from django_reckon.computed.rules.registry import ComputedColumn, registry
from django_reckon.ground.installed import apps
from django_reckon.ground.internals import table_owner
from django_reckon.ground.plain_keys import key_of, plain_key


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
