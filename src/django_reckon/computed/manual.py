"""What users call by hand: previews, and refreshes after writes that nobody saw."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Field, Model, QuerySet

from django_reckon.computed.refreshing import functions
from django_reckon.computed.refreshing.dependents import works_of
from django_reckon.computed.refreshing.engine import refresh
from django_reckon.computed.refreshing.fields import touched, widened
from django_reckon.computed.refreshing.work import Work
from django_reckon.computed.rules.registry import registry
from django_reckon.ground.aio import in_thread
from django_reckon.ground.internals import table_owner


@dataclass(frozen=True, slots=True)
class OldRelations:
    """
    What preupdate_dependent() found; give it to update_dependent() as it is.

    Attributes:
        works: Database alias -> what becomes stale when the rows leave where they are.
    """

    works: dict[str, Work] = field(default_factory=dict)


def compute(instance: Model, fieldname: str) -> Any:
    """
    Return the value that saving the instance would store in a computed field.

    The instance is left as it is. Any: what the field holds.

    Raises:
        ResolverException: The model has no such computed field.
        ResolutionError: A function raised.
    """
    return functions.preview(instance, fieldname)


def update_computedfields(
    instance: Model, update_fields: Collection[str] | None = None
) -> list[str] | None:
    """
    Give an instance the values of its computed fields; nothing is saved.

    Args:
        instance: The instance.
        update_fields: Only what depends on these fields; None for everything.

    Returns:
        update_fields with the computed fields that depend on them; None for None.

    Raises:
        ResolverException: A computed field of the model is declared wrongly.
        ResolutionError: A function raised.
    """
    registry.require(type(instance))
    columns = touched(type(instance), update_fields)
    if instance._state.adding:
        # Generated columns of a row that is not there yet have no values, and those
        # that its save sets may have none.
        columns = [
            each
            for each in columns
            if not registry.awaits_row(each) and not registry.awaits_save(each)
        ]
    functions.apply(columns, instance)
    return None if update_fields is None else widened(list(update_fields), columns)


def update_dependent(
    instance: Model | QuerySet[Any],
    model: type[Model] | None = None,
    update_fields: Collection[str] | None = None,
    old: OldRelations | None = None,
    *,
    update_local: bool = True,
    querysize: int | None = None,
) -> None:
    """
    Bring up to date what depends on rows that were written unseen, by raw SQL say.

    Writes of the ORM need no such call.

    Args:
        instance: One row, or a queryset of many; it is evaluated now.
        model: Their model, where it is not that of the instance.
        update_fields: Names of the fields that were written; None for all.
        old: What preupdate_dependent() returned before the write, where rows may have
            moved to other relations.
        update_local: Also the computed fields of the rows themselves.
        querysize: Rows read at once, instead of COMPUTEDFIELDS_QUERYSIZE.

    Raises:
        ResolverException: update_fields names what is no field.
        ResolutionError: A value cannot be computed or stored.
    """
    works = works_of(instance, model, update_fields, local=update_local)
    if old is not None:
        for alias, work in old.works.items():
            works.setdefault(alias, Work()).merge(work)
    for alias, work in works.items():
        if work:
            refresh(alias, work, querysize=querysize)


def preupdate_dependent(
    instance: Model | QuerySet[Any],
    model: type[Model] | None = None,
    update_fields: Collection[str] | None = None,
) -> OldRelations:
    """
    Return what depends on rows that are about to be written unseen.

    Args:
        instance: One row, or a queryset of many; it is evaluated now.
        model: Their model, where it is not that of the instance.
        update_fields: Names of the fields that will be written; None for all.

    Raises:
        ResolverException: update_fields names what is no field.
    """
    return OldRelations(works_of(instance, model, update_fields, local=False))


async def acompute(instance: Model, fieldname: str) -> Any:
    """Return what compute() does, in the thread of the connections; hence Any."""
    return await in_thread(compute)(instance, fieldname)


async def aupdate_computedfields(
    instance: Model, update_fields: Collection[str] | None = None
) -> list[str] | None:
    """Do what update_computedfields() does, in the thread of the connections."""
    return await in_thread(update_computedfields)(instance, update_fields)


async def aupdate_dependent(
    instance: Model | QuerySet[Any],
    model: type[Model] | None = None,
    update_fields: Collection[str] | None = None,
    old: OldRelations | None = None,
    *,
    update_local: bool = True,
    querysize: int | None = None,
) -> None:
    """Do what update_dependent() does, in the thread of the connections."""
    await in_thread(update_dependent)(
        instance,
        model,
        update_fields,
        old,
        update_local=update_local,
        querysize=querysize,
    )


async def apreupdate_dependent(
    instance: Model | QuerySet[Any],
    model: type[Model] | None = None,
    update_fields: Collection[str] | None = None,
) -> OldRelations:
    """Return what preupdate_dependent() does, in the thread of the connections."""
    return await in_thread(preupdate_dependent)(instance, model, update_fields)


def has_computedfields(model: type[Model]) -> bool:
    """Tell whether a model or a parent of it has computed fields."""
    return bool(registry.of(model))


def get_computedfields(model: type[Model]) -> Iterator[str]:
    """Yield a model's computed fields, each after those it is made from."""
    yield from (column.name for column in registry.of(model))


def is_computedfield(model: type[Model], fieldname: str) -> bool:
    """Tell whether a field of a model is computed."""
    return any(column.name == fieldname for column in registry.of(model))


def get_contributing_fks() -> dict[type[Model], set[str]]:
    """
    Return the foreign keys that relate rows for some computed field, by model.

    Rows whose keys among these are written unseen need preupdate_dependent().
    """
    found: dict[type[Model], set[str]] = {}
    for column in registry.columns.values():
        for hops, _ in column.rules:
            for hop in hops:
                relating = [hop.forward] if hop.link is None else hop.link.columns
                for each in relating:
                    if isinstance(each, Field) and each.is_relation:
                        found.setdefault(table_owner(each.model), set()).add(each.name)
    return found
