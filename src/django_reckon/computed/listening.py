"""The wing's ear on the changes floor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final

from django.db.models import Model

from django_reckon.changes.event import Change, ChangeKind
from django_reckon.changes.group import group_on
from django_reckon.changes.watch import Watch, watch_list
from django_reckon.computed.delayed import delayed
from django_reckon.computed.edges import Edge
from django_reckon.computed.engine import computing_now, refresh, running_on
from django_reckon.computed.plan import NOTHING, SeenTo, plan
from django_reckon.computed.preparing import is_unprepared, prepare
from django_reckon.computed.registry import load, registry
from django_reckon.computed.saves import saving_now, seen_to_by_save
from django_reckon.computed.suspension import suspension
from django_reckon.computed.work import Work
from django_reckon.conf import computed as conf

# In the order in which they were made.
_watches: Final[list[tuple[type[Model], Watch]]] = []


def listen(models: Iterable[type[Model]] | None = None) -> None:
    """
    Resolve every computed field and watch what they are made from; again is fine.

    Args:
        models: Only those that are declared on these; None for the whole project.
    """
    ignore()
    load(models)
    sources: dict[type[Model], list[Edge]] = {}
    for edge in registry.edges():
        sources.setdefault(edge.source, []).append(edge)
    for source, edges in sources.items():
        _add(source, _watch(edges))
    for problem in registry.problems:
        # A proxy's table is fine, and everybody else's.
        if not problem.model._meta.proxy:
            _add(problem.model, _REFUSAL)


def ignore() -> None:
    """Stop listening, and forget what was known of the fields."""
    for source, watch in _watches:
        watch_list.remove(source, watch)
    _watches.clear()
    _locals.clear()
    plan.clear()


def _add(source: type[Model], watch: Watch) -> None:
    watch_list.add(source, watch)
    _watches.append((source, watch))


def submit(change: Change) -> None:
    """
    Bring up to date what a change makes stale, or note it for later.

    Raises:
        ResolutionError: A value cannot be computed or stored.
    """
    work, now = _place(change)
    if work is None:
        return
    plan.add(work, change, _seen_to(change))
    if now and work:
        refresh(change.alias, work)


def _place(change: Change) -> tuple[Work | None, bool]:
    """Return where the change is noted, and whether to refresh at once."""
    running = running_on(change.alias)
    if running is not None:
        return running, False
    suspended = suspension()
    if suspended is not None:
        return suspended.work_on(change.alias), False
    if change.kind is ChangeKind.LOAD:
        if conf.current().fixtures == "skip":
            return None, False
        return delayed(change.alias), False
    group = group_on(change.alias)
    if group is not None:
        work = group.part("computed", Work, partial(_finish, change.alias))
        return work, False
    return Work(), True


def _finish(alias: str, work: Work) -> None:
    if work:
        refresh(alias, work)


def _seen_to(change: Change) -> SeenTo:
    """Return the computed fields that need no second look."""
    if running_on(change.alias) is not None:
        return computing_now()
    now = saving_now()
    if now is not None:
        now.note(change.model, change.keys)
    if suspension() is not None or change.kind is ChangeKind.LOAD or change.upsert:
        return NOTHING
    if change.kind is ChangeKind.UPDATE:
        return seen_to_by_save(change.model, change.keys)
    return NOTHING if is_unprepared() else _local(change.model)


def _local(model: type[Model]) -> SeenTo:
    """Return the local fields of a table, which an insert has written along."""
    known = _locals.get(model)
    if known is None:
        names = {
            column.name
            for column in registry.of(model)
            if column.model is model and registry.is_local(column)
        }
        known = _locals[model] = SeenTo(model, frozenset(names))
    return known


_locals: Final[dict[type[Model], SeenTo]] = {}


def _refuse(change: Change) -> None:
    """Raise for rows whose computed fields nobody can compute; they may go, though."""
    if change.kind is not ChangeKind.DELETE:
        registry.require(change.model)


def _refuse_new(
    model: type[Model], alias: str, objs: Sequence[Model], raw: bool
) -> None:
    registry.require(model)


_REFUSAL: Final = Watch(listener=_refuse, prepare=_refuse_new)


def _watch(edges: Iterable[Edge]) -> Watch:
    """Return what to know of a table at which these edges begin."""
    edges = list(edges)
    return Watch(
        listener=submit,
        fields=frozenset().union(*(edge.columns for edge in edges)),
        relations=tuple(sorted({edge.via for edge in edges if edge.via is not None})),
        keys=any(edge.via is None for edge in edges),
        lock=True,
        moved=True,
        prepare=prepare,
    )
