"""What users call by hand: previews, and refreshes after writes that nobody saw."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, overload

from django.db.models import Field, Model, QuerySet

from django_reckon.changes.event import NOWHERE, Change, ChangeKind
from django_reckon.changes.rows import Rows, read_keys
from django_reckon.changes.targets import columns as targets_of
from django_reckon.computed import functions
from django_reckon.computed.engine import refresh
from django_reckon.computed.fields import field_name, touched, widened
from django_reckon.computed.plan import NOTHING, SeenTo, plan
from django_reckon.computed.registry import registry
from django_reckon.computed.work import Work
from django_reckon.exceptions import ResolverException
from django_reckon.ground.aio import in_thread
from django_reckon.ground.internals import concrete_field, parent_names, table_owner

M = TypeVar("M", bound=Model)
P = ParamSpec("P")
R = TypeVar("R")


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
    functions.apply(columns, instance)
    return None if update_fields is None else widened(list(update_fields), columns)


@overload
def precomputed(
    save: Callable[Concatenate[M, P], R], /
) -> Callable[Concatenate[M, P], R]: ...
@overload
def precomputed(
    *, skip_after: bool = False
) -> Callable[[Callable[Concatenate[M, P], R]], Callable[Concatenate[M, P], R]]: ...
def precomputed(
    save: Callable[..., Any] | None = None, /, *, skip_after: bool = False
) -> Any:
    """
    Return a custom save() that finds the computed fields up to date on the instance.

    Use it as ``@precomputed`` or as ``@precomputed(skip_after=True)``.

    Args:
        save: The method.
        skip_after: Do not compute them once more when the method comes to the save()
            of ComputedFieldsModel; what it assigned meanwhile is then stored.
    """

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def inner(self: Model, *args: Any, **kwargs: Any) -> Any:
            if kwargs.get("skip_computedfields"):
                return method(self, *args, **kwargs)
            named = update_computedfields(self, kwargs.get("update_fields"))
            if named is not None:
                kwargs["update_fields"] = named
            if skip_after:
                kwargs["skip_computedfields"] = True
            return method(self, *args, **kwargs)

        return inner

    return decorate if save is None else decorate(save)


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
    works = _works(instance, model, update_fields, local=update_local)
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
    return OldRelations(_works(instance, model, update_fields, local=False))


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


def _works(
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
    for table in (table_owner(chosen), *chosen._meta.all_parents):
        for change in _changes(chosen, table, alias, keys, update_fields):
            plan.add(work, change, NOTHING if local else _all_local(chosen))
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
        fields = frozenset(names & {f.name for f in table._meta.local_concrete_fields})
        if not fields:
            return
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


def _all_local(model: type[Model]) -> SeenTo:
    """Return every computed field of a model's own rows, as if it were seen to."""
    return SeenTo(model, frozenset(column.name for column in registry.of(model)))
