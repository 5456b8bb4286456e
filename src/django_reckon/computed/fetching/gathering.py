"""
Rows that a plain foreign key relates, brought together in one pass.

prefetch_related() asks each row several times what leads where, through methods that
serve every kind of relation; that takes longer than to read the rows. One column and
one dictionary do as well where the relation is a plain foreign key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey
from django.db.models import ForeignKey, Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.fields.related_descriptors import (
    ForwardManyToOneDescriptor,
    ReverseManyToOneDescriptor,
)

from django_reckon.changes.rows import batched
from django_reckon.computed.fetching.filling import filler
from django_reckon.computed.fetching.hydrating import LeanIterable, is_lean
from django_reckon.ground.internals import (
    PREFETCHED,
    AnyField,
    fetch_mode_of,
    iterable_of,
    selected_columns,
)


def gathered(
    rows: Sequence[Model], name: str, queryset: QuerySet[Any]
) -> list[Model] | None:
    """
    Fill the caches of rows of one model with those that a relation leads to.

    What is there already stays.

    Args:
        rows: The rows; all of one database.
        name: The relation's attribute.
        queryset: What prefetch_related() would filter for them.

    Returns:
        The rows at the other end, each once; None, and nothing is done, where the
        relation is no plain foreign key, or the queryset no plain one of its model.

    Cost:
        One query.
    """
    descriptor: Any = getattr(type(rows[0]), name, None)
    relation: Any = getattr(descriptor, "field", None)
    if type(relation) is not ForeignKey or not _is_plain(queryset):
        return None
    if type(descriptor) is ReverseManyToOneDescriptor:
        return _children(rows, name, relation, queryset)
    if type(descriptor) is ForwardManyToOneDescriptor:
        return _parents(rows, relation, queryset)
    return None


def _is_plain(queryset: QuerySet[Any]) -> bool:
    query: Any = queryset.query
    return (
        iterable_of(queryset) is LeanIterable
        and is_lean(queryset)
        and not query.annotations
        and not query.extra
        and not query.combinator
        and not query.is_sliced
    )


def _children(
    rows: Sequence[Model], name: str, relation: Any, queryset: QuerySet[Any]
) -> list[Model] | None:
    """Give each row those that point at it."""
    there: str = relation.remote_field.cache_name
    key: str = relation.target_field.attname
    owners: dict[Any, Model] = {}
    again: list[Model] = []
    found: list[Model] = []
    for row in rows:
        held = vars(row).get(PREFETCHED)
        if held is not None and there in held:
            found += held[there]
        elif vars(row).get(key) is None:
            return None
        elif owners.setdefault(vars(row)[key], row) is not row:
            again.append(row)
    groups: dict[Any, list[Model]] = {each: [] for each in owners}
    queryset = queryset.using(_alias_of(rows))
    for some in batched(queryset.model, queryset.db, owners):
        chosen = queryset.filter(**{f"{relation.name}__in": some})
        try:
            _group(chosen, relation, owners, groups)
        except KeyError:
            # The key is not read along, or it is spelt in another case.
            return None
    for row in [*owners.values(), *again]:
        held = vars(row).setdefault(PREFETCHED, {})
        relatives = getattr(row, name).get_queryset()
        relatives._result_cache = groups[vars(row)[key]]
        relatives._prefetch_done = True
        held[there] = relatives
    return [*found, *chain.from_iterable(groups.values())]


def _group(
    queryset: QuerySet[Any],
    relation: Any,
    owners: Mapping[Any, Model],
    groups: Mapping[Any, list[Model]],
) -> None:
    """
    Add the rows of a queryset to the groups of those whom they point at.

    Raises:
        KeyError: It does not read that column, or a row points at none of them.
    """
    model: type[Model] = queryset.model
    alias, mode = queryset.db, fetch_mode_of(queryset)
    compiler: Any = queryset.query.get_compiler(using=alias)
    results = compiler.execute_sql()
    fill, cache_name = filler(compiler), relation.cache_name
    names, start = selected_columns(compiler)
    if relation.attname not in names:
        raise KeyError(relation.attname)
    place = start + names.index(relation.attname)
    # Where no other relation is remembered, one memory serves all who point alike.
    is_shared = _has_one_relation(model)
    known: dict[Any, tuple[ModelState, list[Model]]] = {}
    for row in compiler.results_iter(results):
        value = row[place]
        if not is_shared or value not in known:
            state = ModelState()
            state.adding = False
            state.db = alias
            if mode is not None:
                state.fetch_mode = mode
            state.fields_cache = {cache_name: owners[value]}
            known[value] = state, groups[value]
        made = object.__new__(model)
        made._state, group = known[value]
        fill(made.__dict__, row)
        group.append(made)


@cache
def _has_one_relation(model: type[Model]) -> bool:
    """Tell whether rows of a model remember one other row at most."""
    meta: Any = model._meta
    to_one = [
        each
        for each in (*meta.get_fields(include_hidden=True), *meta.private_fields)
        if isinstance(each, GenericForeignKey) or each.many_to_one or each.one_to_one
    ]
    return len(to_one) == 1


def _parents(
    rows: Sequence[Model], relation: Any, queryset: QuerySet[Any]
) -> list[Model] | None:
    """Give each row the one that it points at."""
    cache_name: str = relation.cache_name
    attribute: str = relation.attname
    target: AnyField = relation.target_field
    if not relation.remote_field.multiple:
        return None
    waiting: list[tuple[ModelState, Any]] = []
    found: dict[Any, Model] = {}
    for row in rows:
        state, values = row._state, row.__dict__
        if cache_name in state.fields_cache:
            there = state.fields_cache[cache_name]
            if there is not None:
                found[id(there)] = there
        elif attribute not in values:
            return None
        else:
            waiting.append((state, values[attribute]))
    keys = {value for _, value in waiting if value is not None}
    ends: dict[Any, Model] = {}
    queryset = queryset.using(_alias_of(rows))
    for some in batched(queryset.model, queryset.db, keys):
        for end in queryset.filter(**{f"{target.name}__in": some}):
            ends[getattr(end, target.attname)] = end
    for state, value in waiting:
        if value is None or value in ends:
            state.fields_cache[cache_name] = ends.get(value)
        # Else it is asked for by itself: it is gone, or spelt in another case.
    return [*found.values(), *ends.values()]


def _alias_of(rows: Sequence[Model]) -> str:
    alias: str = rows[0]._state.db or "default"
    return alias
