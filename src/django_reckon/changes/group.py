"""
One operation of many statements.

A delete with all that it takes along, or a bulk operation in batches, leaves rows half
done between its statements; who wants to act on the whole waits for the group to end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any, Final, TypeVar

from django.db import connections
from django.db.models import Model

from django_reckon.ground.together import together

T = TypeVar("T")


@dataclass(slots=True)
class Group:
    """
    An operation that runs.

    Attributes:
        values: What each party gathers until the end, by name.
        finishers: What each does then.
    """

    # Any: each party knows what it made.
    values: dict[str, Any] = field(default_factory=dict)
    finishers: dict[str, Callable[[], object]] = field(default_factory=dict)

    def part(
        self, name: str, make: Callable[[], T], finish: Callable[[T], object]
    ) -> T:
        """Return what a party gathers, and let it finish when the operation is done."""
        if name not in self.values:
            made = self.values[name] = make()
            self.finishers[name] = lambda: finish(made)
        value: T = self.values[name]
        return value


_groups: Final[ContextVar[Mapping[str, Group]]] = ContextVar(
    "reckon_groups", default=MappingProxyType({})
)


def group_on(alias: str) -> Group | None:
    """Return the operation that runs on a database; None if none does."""
    return _groups.get().get(alias)


def as_group(
    alias: str, work: Callable[[], T], objs: Iterable[Model], *, ends: bool = True
) -> T:
    """
    Make all statements of some work, and what waits for its end, one transaction.

    Args:
        alias: The database.
        work: The operation.
        objs: Instances whose keys it may set or take away; they have their old ones
            again when it is done once more.
        ends: As for together().
    """
    if group_on(alias) is not None:
        return work()
    states = [(obj, obj.pk, obj._state.adding, obj._state.db) for obj in objs]

    def again() -> None:
        for obj, pk, adding, db in states:
            obj.pk, obj._state.adding, obj._state.db = pk, adding, db

    grouped = partial(_grouped, alias, work)
    return together(connections[alias], grouped, ends=ends, again=again)


def _grouped(alias: str, work: Callable[[], T]) -> T:
    group = Group()
    before = _groups.set({**_groups.get(), alias: group})
    try:
        result = work()
    finally:
        _groups.reset(before)
    for finish in group.finishers.values():
        finish()
    return result
