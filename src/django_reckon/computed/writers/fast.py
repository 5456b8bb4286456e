"""One UPDATE for thousands of rows, joined with a list of values."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BinaryField, Model

from django_reckon.changes.rows import key_fields
from django_reckon.computed.writers.bulk import BulkWriter
from django_reckon.computed.writers.statements import (
    type_of,
    update_from_lists,
    update_from_values,
    update_of_one,
)
from django_reckon.conf import computed as conf
from django_reckon.ground.batches import batches
from django_reckon.ground.statements import kept
from django_reckon.ground.vendors import vendor_of
from django_reckon.protocols import AnyField

logger: Final = logging.getLogger(__name__)


class FastWriter:
    """
    The default.

    Fields that wrap their values in SQL of their own, and databases that we do not
    know, are left to bulk_update(); the log says so once for each.
    """

    def __init__(self) -> None:
        """Begin with nothing told."""
        self._fallback = BulkWriter()
        self._told: set[object] = set()

    def write(
        self,
        model: type[Model],
        alias: str,
        fields: Sequence[AnyField],
        rows: Mapping[Any, Sequence[Any]],
    ) -> None:
        """Write the values, as ComputedWriter says."""
        connection = connections[alias]
        keys = key_fields(model)
        obstacle = _known_obstacle(connection, keys, fields)
        if obstacle is not None:
            self._tell(obstacle)
            self._fallback.write(model, alias, fields, rows)
            return
        if len(rows) == 1:
            [(key, values)] = rows.items()
            _write_one(connection, model, keys, fields, key, values)
            return
        columns = (*keys, *fields)
        lists = update_from_lists(connection, model, keys, fields)
        for some in _batches(connection, rows, 0 if lists else len(columns)):
            records = ((*_parts(keys, key), *values) for key, values in some)
            # By columns: to prepare them row by row takes longer.
            prepared = [
                [field.get_db_prep_save(value, connection) for value in column]
                for field, column in zip(
                    columns, zip(*records, strict=True), strict=True
                )
            ]
            if lists:
                sql, params = lists, prepared
            else:
                sql = update_from_values(connection, model, keys, fields, len(some))
                params = [value for row in zip(*prepared, strict=True) for value in row]
            with connection.cursor() as cursor:
                cursor.execute(sql, params)

    def _tell(self, obstacle: str) -> None:
        if obstacle not in self._told:
            self._told.add(obstacle)
            logger.info("Computed fields are written by bulk_update(): %s.", obstacle)


def _write_one(
    connection: BaseDatabaseWrapper,
    model: type[Model],
    keys: Sequence[AnyField],
    fields: Sequence[AnyField],
    key: Any,
    values: Sequence[Any],
) -> None:
    """Write a lone row as Django would, by a statement that is made once."""
    statements = kept(connection)
    name = (_write_one, model, *fields)
    sql = statements.get(name)
    if sql is None:
        sql = statements[name] = update_of_one(connection, model, keys, fields)
    columns, held = (*fields, *keys), (*values, *_parts(keys, key))
    params = [
        field.get_db_prep_save(value, connection)
        for field, value in zip(columns, held, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def _known_obstacle(
    connection: BaseDatabaseWrapper,
    keys: Sequence[AnyField],
    fields: Sequence[AnyField],
) -> str | None:
    statements = kept(connection)
    name = (_obstacle, *keys, *fields)
    if name not in statements:
        statements[name] = _obstacle(connection, keys, fields)
    found: str | None = statements[name]
    return found


def _obstacle(
    connection: BaseDatabaseWrapper,
    keys: Sequence[AnyField],
    fields: Sequence[AnyField],
) -> str | None:
    """Say why values cannot stand in a list; None if they can."""
    vendor = vendor_of(connection)
    if vendor.update_from_values is None:
        return f"no statement is known for {connection.vendor}"
    for field in keys:
        if not vendor.joins_on(type_of(field, connection)):
            return f"{field} is a text, whose collation {connection.vendor} minds"
    for field in (*keys, *fields):
        placeholder = getattr(field, "get_placeholder", None) or getattr(
            field, "get_placeholder_sql", None
        )
        if placeholder is not None and not _is_plain(connection, field, placeholder):
            return f"{field} wraps its values in SQL of its own"
    return None


def _is_plain(connection: BaseDatabaseWrapper, field: AnyField, method: Any) -> bool:
    """Tell whether a field's own placeholder is the ordinary one after all."""
    try:
        # MySQL marks bytes, and only where there are some.
        sample = b"" if isinstance(field, BinaryField) else None
        sql = method(sample, connection.ops.compiler("SQLCompiler"), connection)
    except Exception:  # noqa: BLE001 - it wants a value; then it is not ordinary
        return False
    return sql in {"%s", ("%s", ())} or field.db_type(connection) in _casts(sql)


def _casts(sql: object) -> set[str]:
    """Return the type that a placeholder casts to, as in "%s::integer[]"."""
    text = sql if isinstance(sql, str) else ""
    return {text.removeprefix("%s::")} if text.startswith("%s::") else set()


def _batches(
    connection: BaseDatabaseWrapper, rows: Mapping[Any, Sequence[Any]], width: int
) -> Iterator[list[tuple[Any, Sequence[Any]]]]:
    """Yield rows in batches; each value is a parameter, where the width says so."""
    size = conf.current().batchsize_fast
    limit = vendor_of(connection).most_parameters(connection)
    if limit is not None and width:
        size = max(min(size, limit // width), 1)
    return batches(rows.items(), size)


def _parts(keys: Sequence[AnyField], key: Any) -> Sequence[Any]:
    """Return a key's parts, of which most have one."""
    parts: Sequence[Any] = key if len(keys) > 1 else (key,)
    return parts
