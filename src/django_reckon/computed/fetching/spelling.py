"""
Keys that are equal to the database and not to Python.

Where a text's collation minds no case, "ABC" leads to the row of "abc". Django's
prefetching matches keys in Python: there the row is missing, or it raises KeyError.
What it cannot match is left to be asked for row by row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.contrib.contenttypes.fields import (
    GenericForeignKey,
    ReverseGenericManyToOneDescriptor,
)
from django.db.models import Model, Prefetch, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.db.models.fields.related_descriptors import (
    ForwardManyToOneDescriptor,
    ManyToManyDescriptor,
)
from django.db.models.query import prefetch_related_objects
from typing_extensions import override

from django_reckon.changes.rows import batched
from django_reckon.computed.fetching.relations import by_model
from django_reckon.ground.internals import (
    PREFETCHED,
    concrete_field,
    iterable_of,
    yielding,
)

# Where Django says nothing of rows that it cannot match.
_SILENT: Final = frozenset({ManyToManyDescriptor, ReverseGenericManyToOneDescriptor})


def fetch_ahead(rows: Sequence[Model], *lookups: Any) -> bool:
    """
    Prefetch what Django can match.

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


def fetch_by(rows: Sequence[Model], name: str, queryset: QuerySet[Any]) -> bool:
    """
    Prefetch a relation by a queryset, so far as Django can match what it reads.

    Returns:
        Whether all of it was.

    Cost:
        One query; one for each batch of rows that the database takes parameters for.
    """
    batches = batched(type(rows[0]), queryset.db, rows)
    done = [_fetch_some(some, name, queryset) for some in batches]
    return all(done)


def _fetch_some(rows: Sequence[Model], name: str, queryset: QuerySet[Any]) -> bool:
    if type(getattr(type(rows[0]), name, None)) not in _SILENT:
        return fetch_ahead(rows, _read_by(queryset, name))
    cache: str = getattr(rows[0], name).prefetch_cache_name
    new = [row for row in rows if cache not in vars(row).get(PREFETCHED, ())]
    found: list[Model] = []
    if not fetch_ahead(rows, _read_by(_noting(queryset, found), name)):
        return False
    # A row may be there twice, and both have what leads to it.
    given = {row.pk: len(vars(row)[PREFETCHED][cache]) for row in new}
    if sum(given.values()) == len(found):
        return True
    for row in new:
        del vars(row)[PREFETCHED][cache]
    return False


def _read_by(queryset: QuerySet[Any], name: str) -> Prefetch[Any, Any, Any]:
    """
    Return what a plain lookup stands for, read by a queryset.

    As Prefetch.queryset it would be filtered anew for each row's manager, which is to
    give what it always does: whoever goes on from there goes on from ordinary rows.
    """
    # Any: to type checkers, methods are not for setting.
    lookup: Any = Prefetch(name)
    lookup.get_current_querysets = lambda _level: [queryset]
    plain: Prefetch[Any, Any, Any] = lookup
    return plain


def _noting(queryset: QuerySet[Any], found: list[Model]) -> QuerySet[Any]:
    """Return the queryset, which adds what it reads to the list."""
    iterable = iterable_of(queryset)

    class Noting(iterable):  # type: ignore[valid-type,misc]  # made for this one alone
        @override
        def __iter__(self) -> Iterator[Model]:
            for each in super().__iter__():
                found.append(each)
                yield each

    return yielding(queryset, Noting)


def _forget_missing(rows: Sequence[Model], path: str) -> None:
    """Let rows ask for what a path leads to where nothing was found for a key."""
    name, _, further = path.partition(LOOKUP_SEP)
    descriptor: Any = getattr(type(rows[0]), name, None)
    field: Any = getattr(descriptor, "field", descriptor)
    if isinstance(field, GenericForeignKey):
        columns = [
            concrete_field(type(rows[0]), field.ct_field).attname,
            field.fk_field,
        ]
    elif isinstance(descriptor, ForwardManyToOneDescriptor):
        columns = [column.attname for column in field.local_related_fields]
    else:
        return
    ends: list[Model] = []
    for row in rows:
        end = row._state.fields_cache.get(field.name, row)
        if end is None and all(getattr(row, each) is not None for each in columns):
            del row._state.fields_cache[field.name]
        elif end is not None and end is not row:
            ends.append(end)
    for some in by_model(ends) if further else ():
        _forget_missing(some, further)
