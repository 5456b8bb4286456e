"""
Keys that are equal to the database and not to Python.

Where a text's collation minds no case, "ABC" leads to the row of "abc". Django's
prefetching matches keys in Python: there the row is missing, or it raises KeyError.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import CharField, ForeignKey, Model, TextField
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor
from django.db.models.query import prefetch_related_objects

from django_reckon.ground.columns import target_of
from django_reckon.ground.internals import AnyField


def fetch_ahead(rows: Sequence[Model], *lookups: Any) -> bool:
    """
    Prefetch what Django can match, and leave the rest to be asked for row by row.

    Any: names and Prefetch objects, which are generic to the stubs alone.

    Returns:
        Whether anything was fetched.
    """
    try:
        prefetch_related_objects(rows, *lookups)
    except KeyError:
        # Of a reverse relation, before it filled any cache.
        return False
    for lookup in lookups:
        _forget_missing(rows, str(getattr(lookup, "prefetch_to", lookup)))
    return True


def _forget_missing(rows: Sequence[Model], path: str) -> None:
    """Let rows ask for the first relation of a path where none was found for a key."""
    descriptor = getattr(type(rows[0]), path.split("__")[0], None)
    if not isinstance(descriptor, ForwardManyToOneDescriptor):
        return
    field: AnyField = descriptor.field
    if not isinstance(field, ForeignKey):
        return
    if not isinstance(target_of(field), CharField | TextField):
        return
    for row in rows:
        cached = row._state.fields_cache.get(field.name, row)
        if cached is None and getattr(row, field.attname) is not None:
            del row._state.fields_cache[field.name]
