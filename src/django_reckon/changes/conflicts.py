"""Which rows an upsert will meet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from django.db import connections
from django.db.models import Model, Q, UniqueConstraint
from django.db.models.sql import InsertQuery, Query

from django_reckon.changes.rows import Rows, read_rows
from django_reckon.ground.batches import batches
from django_reckon.ground.internals import (
    AnyField,
    concrete_field,
    model_of,
    unique_fields_of,
)

# Objects whose several unique columns stand in one query: SQLite takes no more than a
# thousand levels of OR (SQLITE_MAX_EXPR_DEPTH).
_AT_ONCE: Final = 200

Unique: TypeAlias = tuple[AnyField, ...]


def replaced(
    query: InsertQuery, using: str, fields: Sequence[AnyField], *, lock: bool
) -> Rows:
    """
    Return the rows that an upsert will update, before it does: key -> values.

    Cost:
        One query; one for every 200 objects where columns are unique together.
    """
    model = model_of(query)
    told = unique_fields_of(query)
    uniques = [told] if told else unique_columns(model)
    found: Rows = {}
    for some in _batches(query.objs, uniques, using):
        meeting = _meeting(model, uniques, some)
        if meeting is not None:
            found |= read_rows(meeting, using, fields, lock=lock)
    return found


def unique_columns(model: type[Model]) -> list[Unique]:
    """Return every set of columns that a row may collide on."""
    meta = model._meta
    single = [
        (f,) for f in meta.local_concrete_fields if f.unique and not f.primary_key
    ]
    named = [
        *meta.unique_together,
        *(
            constraint.fields
            for constraint in meta.constraints
            if isinstance(constraint, UniqueConstraint) and constraint.fields
        ),
    ]
    several = [tuple(concrete_field(model, name) for name in names) for names in named]
    return [tuple(meta.pk_fields), *single, *several]


def _meeting(
    model: type[Model], uniques: Sequence[Unique], objs: Sequence[Model]
) -> Query | None:
    """Return the query for rows that share unique values with the objects."""
    any_of = Q()
    for unique in uniques:
        names = [field.attname for field in unique]
        values = [tuple(getattr(obj, name) for name in names) for obj in objs]
        known = [each for each in values if None not in each]
        if known and len(names) == 1:
            any_of |= Q((f"{names[0]}__in", [value for (value,) in known]))
        else:
            for each in known:
                any_of |= Q(*zip(names, each, strict=True))
    if not any_of:
        return None
    query = Query(model)
    query.add_q(any_of)
    return query


def _batches(
    objs: Sequence[Model], uniques: Sequence[Unique], using: str
) -> Iterator[list[Model]]:
    limit = connections[using].features.max_query_params
    size = limit // sum(map(len, uniques)) if limit else len(objs)
    if any(len(unique) > 1 for unique in uniques):
        size = min(size, _AT_ONCE)
    return batches(objs, max(size, 1))
