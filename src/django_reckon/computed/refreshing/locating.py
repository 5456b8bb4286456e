"""Looking up the rows that are due."""

from __future__ import annotations

import math
from collections.abc import Collection
from contextlib import suppress
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import IntegerField, QuerySet

from django_reckon.changes.event import Key
from django_reckon.changes.rows import as_keys, batched
from django_reckon.computed.refreshing.work import Due, Route
from django_reckon.ground.internals import AnyField, column_at


def located(
    alias: str, route: Route, due: Due, *, limit: int | None = None
) -> set[Key]:
    """
    Return the primary keys of the rows that are due on a route.

    Args:
        alias: The database.
        route: How they are found.
        due: From which keys.
        limit: Look for no more than so many.
    """
    rows: QuerySet[Any] = QuerySet(route.target, using=alias).order_by()
    if due.everything:
        return set(rows.values_list("pk", flat=True)[:limit])
    keys = usable(alias, route, due.keys)
    if route.lookup == "pk":
        return set(as_keys(route.target, keys)[:limit])
    found: set[Key] = set()
    for some in batched(route.target, alias, keys):
        some_rows = rows.filter(**{f"{route.lookup}__in": some})
        if limit is None:
            found.update(some_rows.values_list("pk", flat=True))
        elif len(found) < limit:
            distinct = some_rows.distinct().values_list("pk", flat=True)
            found.update(distinct[: limit - len(found)])
    return found


def usable(alias: str, route: Route, keys: Collection[Key]) -> Collection[Key]:
    """Return those of the keys that the rows a route begins at can have."""
    if not route.loose:
        return keys
    found = []
    column, connection = column_at(route.target, route.lookup), connections[alias]
    for value in keys:
        # Another model's keys may be of another kind.
        with suppress(ValidationError, TypeError, ValueError, OverflowError):
            key = column.to_python(value)
            column.get_db_prep_value(key, connection)
            if _fits(connection, column, key):
                found.append(key)
    return found


def _fits(connection: BaseDatabaseWrapper, column: AnyField, key: Key) -> bool:
    """Tell whether a column can hold a key; drivers raise for numbers too large."""
    if isinstance(key, float):
        return math.isfinite(key)
    if not isinstance(column, IntegerField):
        return True
    low, high = connection.ops.integer_field_range(column.get_internal_type())
    return bool(low <= key <= high)
