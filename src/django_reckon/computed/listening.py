"""The wing's ear on the changes floor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from functools import partial
from typing import Any, Final

from django.db.models import Model
from django.db.models.query import prefetch_related_objects

from django_reckon.changes.event import Change, ChangeKind
from django_reckon.changes.group import group_on
from django_reckon.changes.rows import is_expression
from django_reckon.changes.watch import Watch, watch_list
from django_reckon.computed import functions
from django_reckon.computed.delayed import delayed
from django_reckon.computed.edges import Edge
from django_reckon.computed.engine import refresh, running_on
from django_reckon.computed.fetching import SEPARATOR
from django_reckon.computed.plan import NOTHING, SeenTo, plan
from django_reckon.computed.registry import ComputedColumn, load, registry
from django_reckon.computed.saves import saving_now, seen_to_by_save
from django_reckon.computed.suspension import suspension
from django_reckon.computed.work import Work
from django_reckon.conf import computed as conf

# Whether the insert that runs left local fields to be computed afterwards.
_unprepared: Final = ContextVar("reckon_unprepared", default=False)

_watches: Final[dict[type[Model], Watch]] = {}


def listen() -> None:
    """Resolve every computed field and watch what they are made from; again is fine."""
    ignore()
    load()
    plan.clear()
    sources: dict[type[Model], list[Edge]] = {}
    for edge in registry.edges():
        sources.setdefault(edge.source, []).append(edge)
    for source, edges in sources.items():
        _watches[source] = _watch(edges)
        watch_list.add(source, _watches[source])


def ignore() -> None:
    """Stop listening."""
    for source, watch in _watches.items():
        watch_list.remove(source, watch)
    _watches.clear()


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
    """Return the local computed fields that need no second look."""
    now = saving_now()
    if now is not None:
        now.note(change.model, change.keys)
    if suspension() is not None or change.kind is ChangeKind.LOAD or change.upsert:
        return NOTHING
    if change.kind is ChangeKind.UPDATE:
        return seen_to_by_save(change.model, change.keys)
    return NOTHING if _unprepared.get() else _local(change.model)


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


def _prepare(model: type[Model], alias: str, objs: Sequence[Model], raw: bool) -> None:
    """Compute the fields of rows that are about to be inserted."""
    _unprepared.set(False)
    columns = [c for c in registry.of(model) if c.model is model]
    if raw or not columns or suspension() is not None:
        return
    registry.require(model)
    saving = saving_now()
    if saving is not None and len(objs) == 1 and objs[0] is saving.instance:
        if saving.skips:
            return
        columns = [c for c in columns if c.name not in saving.seen_to.fields]
    columns = [c for c in columns if not c.declaration.default_on_create]
    _compute(model, columns, objs)


def _compute(
    model: type[Model], columns: list[ComputedColumn], objs: Sequence[Model]
) -> None:
    if len(objs) > 1:
        _fetch_forward(columns, objs)
    for obj in objs:
        if any(is_expression(value) for value in vars(obj).values()):
            # Only the database knows what the functions would read.
            _unprepared.set(True)
            continue
        empty = _empty(columns, obj) if len(objs) > 1 else {}
        with _Prefetched(obj, empty):
            functions.apply(columns, obj)


class _Prefetched:
    """Lets relations of a row that is not there yet be empty without asking."""

    def __init__(self, obj: Model, empty: dict[str, Any]) -> None:
        self._obj = obj
        self._empty = empty
        self._before: Any = None

    def __enter__(self) -> None:
        if self._empty:
            self._before = vars(self._obj).get("_prefetched_objects_cache")
            vars(self._obj)["_prefetched_objects_cache"] = {
                **self._empty,
                **(self._before or {}),
            }

    def __exit__(self, *_: object) -> None:
        if self._empty:
            vars(self._obj).pop("_prefetched_objects_cache")
            if self._before is not None:
                vars(self._obj)["_prefetched_objects_cache"] = self._before


def _empty(columns: Iterable[ComputedColumn], obj: Model) -> dict[str, Any]:
    """Return what rows with a key of their own have for relations that lead to them."""
    if obj.pk is None:
        return {}
    found: dict[str, Any] = {}
    for column in columns:
        for hops, _ in column.rules:
            link = hops[0].link if hops else None
            if link is not None:
                rows = getattr(hops[0].target, "_base_manager").none()  # noqa: B009
                found[_cache_name(hops[0])] = rows
    return found


def _cache_name(hop: Any) -> str:
    """Return the name under which Django keeps the prefetched rows of a hop."""
    name: str = hop.query_name if hop.link.via.model is hop.target else hop.accessor
    return name


def _fetch_forward(columns: Iterable[ComputedColumn], objs: Sequence[Model]) -> None:
    """Fetch what the rows point at, once for all of them."""
    lookups: dict[str, None] = {}
    for column in columns:
        for hops, _ in column.rules:
            names = []
            for hop in hops:
                if hop.forward is None:
                    break
                names.append(hop.accessor)
            if names:
                lookups[SEPARATOR.join(names)] = None
    if lookups:
        prefetch_related_objects(list(objs), *lookups)


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
        prepare=_prepare,
    )
