"""Computed fields of rows that are about to be inserted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db.models import Model

from django_reckon.changes.rows import is_expression
from django_reckon.computed.fetching.lookups import SEPARATOR
from django_reckon.computed.fetching.spelling import fetch_ahead
from django_reckon.computed.refreshing import functions
from django_reckon.computed.refreshing.saves import saving_now
from django_reckon.computed.rules.registry import ComputedColumn, registry
from django_reckon.computed.saving.forgetting import recall
from django_reckon.computed.strategies.suspension import suspension
from django_reckon.ground.internals import PREFETCHED
from django_reckon.ground.routing import reading_from


def prepare(model: type[Model], alias: str, objs: Sequence[Model], raw: bool) -> bool:
    """
    Compute the fields of rows that are about to be inserted.

    Returns whether they have what can be computed before; else it is due afterwards.
    """
    for obj in objs:
        recall(obj)
    if raw or suspension() is not None:
        return False
    columns = list(registry.on(model))
    registry.require(model)
    saving = saving_now()
    if saving is not None and saving.writes:
        if saving.skips:
            return True
        done = saving.seen_to.fields - saving.again
        columns = [c for c in columns if c.name not in done]
    columns = [
        c
        for c in columns
        if not c.declaration.default_on_create and not registry.awaits_row(c)
    ]
    with reading_from(alias):
        return _compute(alias, columns, objs)


def _compute(alias: str, columns: list[ComputedColumn], objs: Sequence[Model]) -> bool:
    # Of others only the database knows what the functions would read.
    told = [obj for obj in objs if not any(map(is_expression, vars(obj).values()))]
    with _living_in(alias, told):
        if len(told) > 1:
            _fetch_forward(columns, told)
        for obj in told:
            with _Prefetched(obj, _empty(columns, obj)):
                functions.apply(columns, obj, alias)
    return len(told) == len(objs)


@contextmanager
def _living_in(alias: str, objs: Sequence[Model]) -> Iterator[None]:
    """Let new rows find what they lead to in the database that they will be in."""
    states = [(obj._state, obj._state.db) for obj in objs]
    for state, _ in states:
        state.db = alias
    try:
        yield
    finally:
        for state, before in states:
            state.db = before


class _Prefetched:
    """Lets relations of a row that is not there yet be empty without asking."""

    def __init__(self, obj: Model, empty: dict[str, Any]) -> None:
        self._obj = obj
        self._empty = empty
        self._before: Any = None

    def __enter__(self) -> None:
        if self._empty:
            self._before = vars(self._obj).get(PREFETCHED)
            vars(self._obj)[PREFETCHED] = {
                **self._empty,
                **(self._before or {}),
            }

    def __exit__(self, *_: object) -> None:
        if self._empty:
            vars(self._obj).pop(PREFETCHED)
            if self._before is not None:
                vars(self._obj)[PREFETCHED] = self._before


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
    name: str = hop.accessor if hop.link.model is hop.target else hop.query_name
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
        fetch_ahead(list(objs), *lookups)
