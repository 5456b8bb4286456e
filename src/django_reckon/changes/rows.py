"""Which rows a statement will touch, and where they point."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connections
from django.db.models import Lookup, Model
from django.db.models.expressions import Col, ColPairs
from django.db.models.sql import Query
from django.db.models.sql.where import AND, WhereNode

from django_reckon.changes.event import Key
from django_reckon.ground.batches import batches
from django_reckon.ground.internals import AnyField, model_of
from django_reckon.ground.membership import pin
from django_reckon.ground.statements import Statement, compiled, kept

Rows = dict[Key, tuple[Any, ...]]


def key_fields(model: type[Model]) -> tuple[AnyField, ...]:
    """Return the columns of the primary key, one unless it is composite."""
    fields: tuple[AnyField, ...] = tuple(model._meta.pk_fields)
    return fields


def as_keys(model: type[Model], values: Iterable[Any]) -> tuple[Key, ...]:
    """Return primary keys as the database gives them back, each once."""
    parts = key_fields(model)
    if len(parts) == 1:
        keys = [_as_key(parts[0], value) for value in values]
    else:
        keys = [tuple(map(_as_key, parts, value)) for value in values]
    try:
        return tuple(dict.fromkeys(keys))
    except TypeError:
        # A field may make objects that cannot be hashed; then some come twice.
        return tuple(keys)


def _as_key(part: AnyField, value: Any) -> Any:
    """Return the value as the column's; as it is where the field cannot read it."""
    try:
        return part.to_python(value)
    except (ValidationError, TypeError, ValueError):
        return value


def pinned_keys(query: Query) -> tuple[Key, ...] | None:
    """
    Return the primary keys that a query's condition names, at least those of its rows.

    None when it names none, so that only a query can tell.
    """
    found = _pinned(query.where, query)
    return None if found is None else as_keys(model_of(query), found)


def _pinned(part: object, query: Query) -> Sequence[Any] | None:
    if isinstance(part, WhereNode):
        if part.negated or (part.connector != AND and len(part.children) > 1):
            return None
        for child in part.children:
            found = _pinned(child, query)
            if found is not None:
                return found
        return None
    if not isinstance(part, Lookup) or not _is_key(part.lhs, query):
        return None
    if part.lookup_name not in {"exact", "in"} or is_expression(part.rhs):
        return None
    values = [part.rhs] if part.lookup_name == "exact" else list(part.rhs)
    return None if any(map(_is_computed, values)) else values


def _is_key(side: object, query: Query) -> bool:
    """Tell whether that is the key of the rows themselves, not of joined ones."""
    if isinstance(side, ColPairs):
        targets: tuple[AnyField, ...] = tuple(side.targets)
    elif isinstance(side, Col):
        targets = (side.target,)
    else:
        return False
    return side.alias == query.base_table and targets == key_fields(model_of(query))


def _is_computed(key: object) -> bool:
    parts = key if isinstance(key, tuple | list) else (key,)
    return any(part is None or is_expression(part) for part in parts)


def is_expression(value: object) -> bool:
    """Tell whether only the database knows the value."""
    return hasattr(value, "resolve_expression") or hasattr(value, "as_sql")


def read_rows(
    query: Query,
    using: str,
    fields: Sequence[AnyField],
    *,
    expressions: Sequence[Any] = (),
    lock: bool = False,
) -> Rows:
    """
    Return the rows of a writing query before it runs: key -> values.

    Args:
        query: An update or delete; it is left as it was.
        using: Database alias.
        fields: Columns to read.
        expressions: What the update will set, resolved; evaluated row by row.
        lock: Hold the rows until the transaction ends, where the database can.

    Cost:
        One query.
    """
    compiler = _reading(query, using, fields, expressions, lock=lock)
    length = len(key_fields(model_of(query)))
    return _rows(compiler.results_iter(tuple_expected=True), length)


def _reading(
    query: Query,
    using: str,
    fields: Sequence[AnyField],
    expressions: Sequence[Any],
    *,
    lock: bool,
) -> Any:
    """Return what compiles such a read; Any, for the stubs leave compilers open."""
    base = query.chain(klass=Query)
    base.select_related = False
    base.distinct = False
    base.clear_ordering(force=True)
    base.extra = {}
    base.clear_select_clause()
    if lock and (base.count_active_tables() > 1 or base.group_by is not None):
        # Neither groups nor rows of an outer join can be locked, and rows of other
        # tables should not be.
        matching, base = base, Query(model_of(query))
        pin(base, matching)
    keys = key_fields(model_of(query))
    base.add_fields([field.attname for field in (*keys, *fields)])
    base.select = (*base.select, *expressions)
    # Django 5.2 and later map names to columns here; a plain list needs none.
    base.selected = None
    if lock:
        _lock(base, using)
    return base.get_compiler(using=using)


def read_keys(
    model: type[Model],
    using: str,
    keys: Iterable[Key],
    fields: Sequence[AnyField],
    *,
    lock: bool = False,
) -> Rows:
    """
    Return the rows of these keys, key -> values, in as few queries as go.

    Cost:
        One query, compiled once where a lone key is asked for, as each save() does.
    """
    keys = list(keys)
    parts = key_fields(model)
    if len(keys) == len(parts) == 1:
        name = (read_keys, model, *fields, lock)
        statements = kept(connections[using])
        if name not in statements:
            compiler = _pinning(model, using, keys, fields, lock=lock)
            statements[name] = compiled(compiler, parts[0], keys[0])
        statement: Statement | None = statements[name]
        if statement is not None:
            return _rows(statement.rows(keys[0]), 1)
    found: Rows = {}
    for some in batched(model, using, keys):
        compiler = _pinning(model, using, some, fields, lock=lock)
        found |= _rows(compiler.results_iter(tuple_expected=True), len(parts))
    return found


def _pinning(
    model: type[Model],
    using: str,
    keys: Sequence[Key],
    fields: Sequence[AnyField],
    *,
    lock: bool,
) -> Any:
    query = Query(model)
    pin(query, keys)
    return _reading(query, using, fields, (), lock=lock)


def _rows(rows: Iterable[Sequence[Any]], length: int) -> Rows:
    """Return rows whose first columns are the key."""
    return {_key(row, length): tuple(row[length:]) for row in rows}


def ordered(keys: Iterable[Key]) -> list[Key]:
    """Return keys in an order that is the same in every transaction."""
    try:
        return sorted(keys)
    except TypeError:
        return sorted(keys, key=repr)


def batched(model: type[Model], using: str, keys: Iterable[Key]) -> Iterator[list[Key]]:
    """Yield keys in lists no longer than the database takes parameters."""
    keys = list(keys)
    names = [field.attname for field in key_fields(model)]
    size = connections[using].ops.bulk_batch_size(names, keys) or len(keys) or 1
    yield from batches(keys, size)


def _key(row: Sequence[Any], length: int) -> Key:
    return row[0] if length == 1 else tuple(row[:length])


def _lock(query: Query, using: str) -> None:
    features = connections[using].features
    if features.has_select_for_update:
        query.select_for_update = True
        query.select_for_no_key_update = features.has_select_for_no_key_update
