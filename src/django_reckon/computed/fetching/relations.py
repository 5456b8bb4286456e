"""What Django itself reads for a relation, and the columns it goes on by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, Final

from django.contrib.contenttypes.fields import (
    GenericForeignKey,
    GenericRelation,
    ReverseGenericManyToOneDescriptor,
)
from django.db.models import DateTimeField, DurationField, Model, QuerySet
from django.db.models.fields.related import ForeignObject
from django.db.models.fields.related_descriptors import (
    ForwardManyToOneDescriptor,
    ForwardOneToOneDescriptor,
    ManyToManyDescriptor,
    ReverseManyToOneDescriptor,
    ReverseOneToOneDescriptor,
)
from django.db.models.fields.reverse_related import ForeignObjectRel

from django_reckon.ground.internals import AnyField

# Exactly these: what others derive from them may read something else.
_TO_ONE: Final = frozenset(
    {ForwardManyToOneDescriptor, ForwardOneToOneDescriptor, ReverseOneToOneDescriptor}
)
TO_MANY: Final = frozenset(
    {
        ReverseManyToOneDescriptor,
        ManyToManyDescriptor,
        ReverseGenericManyToOneDescriptor,
    }
)


def default_queryset(row: Model, name: str) -> QuerySet[Any] | None:
    """
    Return what prefetch_related() would filter for rows like this one.

    That is the base manager's queryset or, where a relation leads to many, the default
    manager's. None if the attribute is none of Django's own relations.
    """
    descriptor: Any = getattr(type(row), name, None)
    found: Any = None
    if type(descriptor) in _TO_ONE:
        found = descriptor.get_queryset(instance=row)
    elif type(descriptor) in TO_MANY:
        manager = getattr(row, name)
        # Not the manager's own, which would filter for this row alone.
        found = super(descriptor.related_manager_cls, manager).get_queryset()
    return found if isinstance(found, QuerySet) else None


def differs_by_row(queryset: QuerySet[Any], row: Model, name: str) -> bool:
    """Tell whether a queryset gives many rows together something else than each."""
    query: Any = queryset.query
    if query.distinct_fields:
        return True
    if any(each.contains_over_clause for each in query.annotations.values()):
        return True
    through: Any = getattr(getattr(type(row), name), "through", None)
    if through is None:
        return False
    # Django would take pairs from the queryset's own join, and keys as they are stored.
    is_joined = through._meta.db_table in query.alias_map
    return is_joined or isinstance(row._meta.pk, DateTimeField | DurationField)


def by_model(rows: Iterable[Model]) -> Iterable[Sequence[Model]]:
    """Return the rows by their classes, of which a relation may lead to several."""
    found: dict[type[Model], list[Model]] = {}
    for row in rows:
        found.setdefault(type(row), []).append(row)
    return found.values()


@cache
def relation_columns(model: type[Model]) -> frozenset[str]:
    """Return the columns without which no relation of a row could be followed."""
    return frozenset(each.name for each in _relation_columns(model))


def _relation_columns(model: type[Model]) -> Iterator[AnyField]:
    meta: Any = model._meta
    yield from meta.pk_fields
    for each in (*meta.get_fields(include_hidden=True), *meta.private_fields):
        if isinstance(each, GenericForeignKey):
            yield from map(meta.get_field, (each.ct_field, each.fk_field))
        elif isinstance(each, ForeignObjectRel):
            yield from _sought_by(meta, each.field)
        elif isinstance(each, ForeignObject) and not isinstance(each, GenericRelation):
            yield from each.local_related_fields


def _sought_by(meta: Any, field: Any) -> Iterator[AnyField]:
    """Yield the columns by which another model's relation finds rows."""
    if isinstance(field, GenericRelation):
        names = (field.content_type_field_name, field.object_id_field_name)
        yield from map(meta.get_field, names)
    elif isinstance(field, ForeignObject):
        # Keys may be of other columns than the primary key.
        yield from field.foreign_related_fields
