"""What the save that runs now knows and wants to hear."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from weakref import ref

from django.db.models import Model

from django_reckon.changes.event import Change, Key
from django_reckon.computed.refreshing.plan import NOTHING, SeenTo
from django_reckon.ground.internals import concrete_field, row_tables


@dataclass(slots=True)
class Saving:
    """
    One call of save().

    Attributes:
        instance: What is saved.
        seen_to: Local computed fields that are written along with it.
        skips: Whether the caller sees to all computed fields of a new row.
        again: Those of seen_to that are computed as the row is written, for handlers
            of signals and the fields themselves may set what they are made from.
        old: Attributes that hold what the row held before, for Django to look at.
        values: What a refresh stored for the row meanwhile: attribute -> value.
        stale: Computed fields of the row that will be refreshed later.
        keys: The row's primary key, as statements named it.
        latest: What the latest statement wrote.
        outer: The save in whose midst this one runs, in a handler of a signal, say.
        writes: Whether a statement of the save itself runs, and no handler of a signal,
            which may write anything, this very row included.
    """

    instance: Model
    seen_to: SeenTo
    skips: bool
    again: frozenset[str] = frozenset()
    old: Sequence[str] = ()
    values: dict[str, Any] = field(default_factory=dict)
    stale: set[str] = field(default_factory=set)
    keys: set[Key] = field(default_factory=set)
    latest: Change | None = None
    outer: Saving | None = None
    writes: bool = False

    def note(self, change: Change) -> None:
        """Learn what is written, and the key under which this row was inserted."""
        self.latest = change
        if self.writes and change.keys is not None:
            self.keys.update(change.keys)

    def take(self) -> tuple[dict[str, Any], set[str]]:
        """Return the values and what is stale, and go on with none."""
        taken = self.values, self.stale
        self.values, self.stale = {}, set()
        return taken

    def is_row(self, model: type[Model], key: Key) -> bool:
        """Tell whether that is the row that is saved."""
        if not _has_table(self.instance, model):
            return False
        return key in self.keys or key == self.instance.pk


_saving: Final[ContextVar[Saving | None]] = ContextVar("reckon_saving", default=None)


def saving_now() -> Saving | None:
    """Return the innermost save that runs; None outside of any."""
    return _saving.get()


@contextmanager
def saving(
    instance: Model,
    seen_to: SeenTo,
    *,
    skips: bool,
    again: frozenset[str] = frozenset(),
    old: Sequence[str] = (),
) -> Iterator[Saving]:
    """Let others know that the instance is being saved."""
    outer = saving_now()
    now = Saving(instance, seen_to, skips, again, old, outer=outer)
    before = _saving.set(now)
    try:
        yield now
    finally:
        _saving.reset(before)
    if outer is not None and outer.instance is instance:
        # What the outer one was told of these is older.
        for name in seen_to.fields:
            outer.values.pop(concrete_field(type(instance), name).attname, None)


@contextmanager
def own_statement(instance: Model) -> Iterator[None]:
    """Let others know that the save of the instance writes its row now."""
    now = saving_now()
    if now is None or now.instance is not instance:
        yield
        return
    now.writes = True
    try:
        yield
    finally:
        now.writes = False


# The rows that instances wait for the values of.
Waiting: TypeAlias = dict[tuple[type[Model], Key], list[ref[Model]]]

_waiting: Final[ContextVar[Waiting | None]] = ContextVar("reckon_waiting", default=None)


@contextmanager
def waiting_for(instances: Waiting) -> Iterator[None]:
    """Fill in these instances when their rows are refreshed."""
    before = _waiting.set(instances)
    try:
        yield
    finally:
        _waiting.reset(before)


def is_awaited() -> bool:
    """Tell whether anybody waits for what a refresh stores."""
    return saving_now() is not None or bool(_waiting.get())


def tell(model: type[Model], key: Key, values: Mapping[str, Any]) -> None:
    """Let whoever saved a row know what it holds now: attribute -> value."""
    now = saving_now()
    while now is not None:
        if now.is_row(model, key):
            now.values.update(values)
        now = now.outer
    for instance in (_waiting.get() or {}).get((model, key), ()):
        found = instance()
        if found is not None:
            # As attributes, so that no key goes with another's cached row.
            for name, value in values.items():
                setattr(found, name, value)


def seen_to_by_save(model: type[Model], keys: tuple[Key, ...] | None) -> SeenTo:
    """Return what the running save has seen to, if it is what wrote these rows."""
    now = saving_now()
    if now is None or not now.writes or keys is None or len(keys) != 1:
        return NOTHING
    return now.seen_to if now.is_row(model, keys[0]) else NOTHING


def _has_table(instance: Model, model: type[Model]) -> bool:
    return model in row_tables(type(instance))
