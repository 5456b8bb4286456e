"""
One operation of many statements.

A delete with all that it takes along, or a bulk operation in batches, leaves rows half
done between its statements; who wants to act on the whole waits for the group to end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, TypeVar

from django.db import transaction

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


@contextmanager
def grouped(alias: str) -> Iterator[None]:
    """Make all statements of the block, and what waits for its end, one transaction."""
    if group_on(alias) is not None:
        yield
        return
    group = Group()
    with transaction.atomic(using=alias, savepoint=False):
        before = _groups.set({**_groups.get(), alias: group})
        try:
            yield
        finally:
            _groups.reset(before)
        for finish in group.finishers.values():
            finish()
