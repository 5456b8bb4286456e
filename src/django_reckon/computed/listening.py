"""The wing's ear on the changes floor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final, NamedTuple

from django.db.models import Model

from django_reckon.changes.event import Change, ChangeKind
from django_reckon.changes.rows import key_fields
from django_reckon.changes.watch import Watch, watch_list
from django_reckon.computed.refreshing.engine import computing_now, running_on
from django_reckon.computed.refreshing.gates import before_write, is_on
from django_reckon.computed.refreshing.plan import NOTHING, SeenTo, plan
from django_reckon.computed.refreshing.refusals import refused
from django_reckon.computed.refreshing.saves import saving_now, seen_to_by_save
from django_reckon.computed.refreshing.work import Work
from django_reckon.computed.rules.edges import Edge
from django_reckon.computed.rules.registry import load, registry
from django_reckon.computed.saving.preparing import prepare
from django_reckon.computed.strategies.behind import behind, find_behind
from django_reckon.computed.strategies.choice import current_strategy
from django_reckon.computed.strategies.suspension import suspension
from django_reckon.conf import computed as conf
from django_reckon.ground.internals import generated_from

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


def _take_on(change: Change) -> None:
    """Add what a change of the refresh that runs makes due to its work."""
    running = running_on(change.alias)
    if running is not None:
        plan.add(running, change, computing_now())


def _keep(change: Change) -> None:
    """Keep what a change makes due for the end of not_computed(recover=True)."""
    suspended = suspension()
    kept = None if suspended is None else suspended.work_on(change.alias)
    if kept is not None:
        plan.add(kept, change, _told_save(change) or NOTHING, prepared=False)


def _submit(change: Change) -> None:
    """
    Bring up to date what a change makes stale, or note it for later.

    Raises:
        ResolutionError: A value cannot be computed or stored.
    """
    if change.kind is ChangeKind.LOAD and conf.current().fixtures == "skip":
        return
    work = Work()
    plan.add(work, change, _seen_to(change), prepared=change.prepared)
    if work:
        if change.kind is ChangeKind.LOAD:
            # Rows may come before those that they point at.
            behind(change.alias).note_loaded(work)
        else:
            current_strategy().submit(change.alias, work)
    if change.kind is ChangeKind.UPDATE and change.before != change.after:
        waiting = find_behind(change.alias)
        if waiting is not None:
            waiting.movers.add(change.model)


def _is_due(change: Change) -> bool:
    """Tell whether all that an update makes due is noted already, so far as it goes."""
    waiting = find_behind(change.alias)
    if waiting is None or change.model in waiting.movers:
        return False
    work = Work()
    plan.add(work, change, seen_to_by_save(change.model, change.keys))
    return waiting.holds(work)


def _seen_to(change: Change) -> SeenTo:
    """Return the computed fields that need no second look."""
    own = _told_save(change)
    if own is not None:
        return own
    if change.kind is ChangeKind.LOAD or change.upsert:
        return NOTHING
    if change.kind is ChangeKind.UPDATE:
        return seen_to_by_save(change.model, change.keys)
    if not change.prepared:
        return NOTHING
    local, saved = _local(change.model), seen_to_by_save(change.model, change.keys)
    if saved.fields <= local.fields:
        return local
    return SeenTo(change.model, local.fields | saved.fields)


def _told_save(change: Change) -> SeenTo | None:
    """Tell the save that runs; return what it has seen to if its caller sees to all."""
    now = saving_now()
    if now is None:
        return None
    now.note(change)
    own = seen_to_by_save(change.model, change.keys) if now.skips else NOTHING
    return own if own.fields else None


def _local(model: type[Model]) -> SeenTo:
    """Return the fields of a table that an insert has written along."""
    known = _locals.get(model)
    if known is None:
        names = {
            column.name
            for column in registry.on(model)
            if registry.is_local(column) and not column.declaration.default_on_create
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
) -> bool:
    registry.require(model)
    return True


_REFUSAL: Final = Watch(listener=_refuse, prepare=_refuse_new)


def _watch(edges: Iterable[Edge]) -> Watch:
    """Return what to know of a table at which these edges begin."""
    edges = list(edges)
    source = edges[0].source
    fields = frozenset().union(*(edge.columns for edge in edges))
    # What is noted for rows under their old keys is due under the new ones.
    key = (part.name for part in key_fields(source))
    # A generated column is written by writing what it is made from.
    made_from = [
        sources for name, sources in generated_from(source).items() if name in fields
    ]
    running = Watch(
        listener=_take_on,
        fields=fields.union(key, *made_from),
        relations=tuple(sorted({edge.via for edge in edges if edge.via is not None})),
        keys=any(edge.via is None for edge in edges),
        lock=True,
        moved=True,
        prepare=prepare if registry.on(source) else None,
        explain=refused,
    )
    at_once = replace(
        running,
        listener=_submit,
        enter=partial(before_write, refreshed_at_once=True),
    )
    must_tell = {edge.via for edge in edges if edge.row_lookup is None}
    kept = replace(
        running,
        listener=_keep,
        enter=partial(before_write, refreshed_at_once=False),
        lazy=frozenset(running.relations) - must_tell,
    )
    later = replace(kept, listener=_submit, due=_is_due)
    locked = _Wishes(running, kept, at_once, later)
    unlocked = _Wishes(*(replace(each, lock=False) for each in locked))
    return replace(at_once, now=partial(_now, locked, unlocked))


class _Wishes(NamedTuple):
    """
    What to know of a write, by what becomes of it.

    Attributes:
        running: It is a part of a refresh, which takes on what it makes due.
        kept: It is refreshed when nothing is suspended any more.
        at_once: It is refreshed right after; not at all, if its old values tell that
            it moved nothing.
        later: It is refreshed when others are as well.
    """

    running: Watch
    kept: Watch
    at_once: Watch
    later: Watch


def _now(locked: _Wishes, unlocked: _Wishes, alias: str) -> Watch | None:
    """Return what to know of a write at the moment."""
    wishes = locked if is_on() else unlocked
    if running_on(alias) is not None:
        return wishes.running
    suspended = suspension()
    if suspended is not None:
        return None if suspended.work_on(alias) is None else wishes.kept
    return wishes.later if current_strategy().waits(alias) else wishes.at_once
