"""What rows that somebody names make stale, as if they were being written."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import Model, QuerySet

from django_reckon.changes.event import NOWHERE, Change, ChangeKind
from django_reckon.changes.rows import Rows, read_keys
from django_reckon.changes.targets import columns as targets_of
from django_reckon.computed.refreshing.fields import all_of, field_name
from django_reckon.computed.refreshing.plan import NOTHING, plan
from django_reckon.computed.refreshing.work import Work
from django_reckon.computed.rules.registry import registry
from django_reckon.exceptions import ResolverException
from django_reckon.ground.internals import (
    concrete_field,
    parent_names,
    row_tables,
    with_generated,
)


def works_of(
    instance: Model | QuerySet[Any],
    model: type[Model] | None,
    update_fields: Collection[str] | None,
    *,
    local: bool,
) -> dict[str, Work]:
    """Return what is due if these rows are written, by database."""
    if isinstance(instance, QuerySet):
        chosen, alias = model or instance.model, instance.db
        keys = list(instance.values_list("pk", flat=True))
    else:
        chosen, alias = model or type(instance), instance._state.db or "default"
        keys = [] if instance.pk is None else [instance.pk]
    registry.require(chosen)
    work = Work()
    for table in row_tables(chosen):
        for change in _changes(chosen, table, alias, keys, update_fields):
            plan.add(work, change, NOTHING if local else all_of(chosen))
    return {alias: work}


def _changes(
    model: type[Model],
    table: type[Model],
    alias: str,
    keys: list[Any],
    update_fields: Collection[str] | None,
) -> Iterator[Change]:
    """Yield what would have been told of an update of these rows."""
    if update_fields is None:
        fields = None
    else:
        names = {_known(model, name) for name in update_fields}
        written = names & {f.name for f in table._meta.local_concrete_fields}
        if not written:
            return
        fields = with_generated(table, written)
    vias = {edge.via for edge in plan.edges_from(table) if edge.via is not None}
    relations = [concrete_field(table, name) for name in sorted(vias)]
    own = keys
    if parent_names(model, table):
        queryset: QuerySet[Any] = QuerySet(model, using=alias)
        link = "__".join([*parent_names(model, table), "pk"])
        own = list(queryset.filter(pk__in=keys).values_list(link, flat=True))
    rows: Rows = read_keys(table, alias, own, relations) if relations else {}
    where = targets_of(relations, rows)
    yield Change(
        model=table,
        alias=alias,
        kind=ChangeKind.UPDATE,
        keys=tuple(own),
        fields=fields,
        before=where,
        after=NOWHERE,
    )


def _known(model: type[Model], name: str) -> str:
    """Return the field's name, if it is one of a column."""
    found = field_name(model, name)
    if found not in {each.name for each in model._meta.concrete_fields}:
        raise ResolverException(
            f"update_fields names {name!r}, which is no field of "
            f"{model._meta.label!r} with a column."
        )
    return found
