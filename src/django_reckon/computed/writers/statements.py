"""The text of statements that update many rows, each to values of its own, or one."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from django_reckon.ground.vendors import vendor_of
from django_reckon.protocols import AnyField


def update_from_lists(
    connection: BaseDatabaseWrapper,
    model: type[Model],
    keys: Sequence[AnyField],
    fields: Sequence[AnyField],
) -> str | None:
    """
    Return the statement whose parameters are one list for each column, keys first.

    None where the database knows no such thing, or a column's type goes in no list. It
    is the same for any number of rows, and far less to read for driver and database.
    """
    vendor = vendor_of(connection)
    if vendor.update_from_lists is None:
        return None
    kinds = [type_of(field, connection) for field in (*keys, *fields)]
    places = [vendor.list_place(kind) for kind in kinds]
    known = [place for place in places if place is not None]
    if len(known) < len(places):
        return None
    parts = _parts(connection, model, keys, fields)
    return vendor.update_from_lists.format(places=", ".join(known), **parts)


def update_from_values(
    connection: BaseDatabaseWrapper,
    model: type[Model],
    keys: Sequence[AnyField],
    fields: Sequence[AnyField],
    length: int,
) -> str:
    """Return the statement whose parameters are the values of so many rows."""
    vendor, columns = vendor_of(connection), (*keys, *fields)
    assert vendor.update_from_values is not None
    places = [vendor.typed_place(type_of(field, connection)) for field in columns]
    rows = vendor.value_rows(places, _names(columns), length)
    parts = _parts(connection, model, keys, fields)
    return vendor.update_from_values.format(rows=rows, **parts)


def update_of_one(
    connection: BaseDatabaseWrapper,
    model: type[Model],
    keys: Sequence[AnyField],
    fields: Sequence[AnyField],
) -> str:
    """Return the statement whose parameters are one row's values, then its key."""
    vendor, quote = vendor_of(connection), connection.ops.quote_name

    def equal(field: AnyField) -> str:
        place = vendor.typed_place(type_of(field, connection))
        return f"{quote(_column(field))} = {place}"

    values, same = ", ".join(map(equal, fields)), " AND ".join(map(equal, keys))
    return f"UPDATE {quote(model._meta.db_table)} SET {values} WHERE {same}"  # noqa: S608


def type_of(field: AnyField, connection: BaseDatabaseWrapper) -> str:
    """Return the type of a column, without what makes a serial of it."""
    kind = field.rel_db_type(connection) if field.primary_key else None
    return kind or field.db_type(connection) or ""


def _parts(
    connection: BaseDatabaseWrapper,
    model: type[Model],
    keys: Sequence[AnyField],
    fields: Sequence[AnyField],
) -> dict[str, str]:
    """Return what such statements have in common."""
    vendor, quote = vendor_of(connection), connection.ops.quote_name
    names = _names((*keys, *fields))
    table = quote(model._meta.db_table)
    prefix = vendor.set_prefix.format(table=table)
    return {
        "table": table,
        "names": ", ".join(names),
        "values": ", ".join(
            f"{prefix}{quote(_column(field))} = v.{name}"
            for field, name in zip(fields, names[len(keys) :], strict=True)
        ),
        "same": " AND ".join(
            f"{table}.{quote(_column(field))} = v.{name}"
            for field, name in zip(keys, names, strict=False)
        ),
    }


def _names(columns: Sequence[AnyField]) -> list[str]:
    return [f"v{at}" for at in range(len(columns))]


def _column(field: AnyField) -> str:
    assert field.column is not None
    return field.column
