"""Which rows have become stale, before anybody looks them up."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import Model

from django_reckon.changes.event import Key
from django_reckon.protocols import StaleRows


@dataclass(frozen=True, slots=True)
class Route:
    """
    How stale rows are found from the keys that a change tells.

    Attributes:
        target: Their model.
        lookup: Leads from a target to the row that has such a key; "pk" for itself.
        loose: Whether some keys may be of no target at all.
    """

    target: type[Model]
    lookup: str
    loose: bool


@dataclass(slots=True)
class Due:
    """
    What is due on one route.

    Attributes:
        keys: Where to look.
        everything: Look at every target, for nobody knows the keys.
        fields: Computed fields that are stale there.
    """

    keys: set[Key] = field(default_factory=set)
    everything: bool = False
    fields: set[str] = field(default_factory=set)

    def merge(self, other: Due) -> None:
        """Add what is due in another."""
        self.keys |= other.keys
        self.everything |= other.everything
        self.fields |= other.fields

    def covers(self, other: Due) -> bool:
        """Tell whether all that is due in another is due here as well."""
        is_there = self.everything or (not other.everything and other.keys <= self.keys)
        return is_there and other.fields <= self.fields


@dataclass(slots=True)
class Work:
    """
    Everything that is due on one database.

    Attributes:
        due: By route.
    """

    due: dict[Route, Due] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Tell whether anything is due."""
        return bool(self.due)

    def add(
        self, route: Route, keys: Iterable[Key] | None, fields: Collection[str]
    ) -> None:
        """Note keys, None if nobody knows them; a key of None leads nowhere."""
        known = () if keys is None else [key for key in keys if key is not None]
        if not fields or (keys is not None and not known):
            return
        due = self.due.get(route)
        if due is None:
            due = self.due[route] = Due()
        due.keys.update(known)
        due.everything |= keys is None
        due.fields.update(fields)

    def merge(self, other: Work) -> Work:
        """Take over what is due in another, and return this one."""
        for route, due in other.due.items():
            known = self.due.get(route)
            if known is None:
                known = self.due[route] = Due()
            known.merge(due)
        return self

    def holds(self, route: Route, due: Due) -> bool:
        """Tell whether all of that is due here."""
        known = self.due.get(route)
        return known is not None and known.covers(due)

    def take(
        self, model: type[Model], fields: Iterable[str]
    ) -> Iterator[tuple[Route, Due]]:
        """Yield what is due of some fields of a model, and forget it."""
        wanted = set(fields)
        for route, due in list(self.due.items()):
            taken = due.fields & wanted
            if route.target is not model or not taken:
                continue
            due.fields -= taken
            if not due.fields:
                del self.due[route]
            yield route, Due(set(due.keys), due.everything, taken)

    def waits(self, model: type[Model], fields: Iterable[str]) -> bool:
        """Tell whether some fields of a model are due."""
        return any(
            route.target is model and not due.fields.isdisjoint(fields)
            for route, due in self.due.items()
        )


def work_of(stale: StaleRows) -> Work:
    """
    Return what a strategy was given as what it is.

    Raises:
        TypeError: It is somebody else's.
    """
    if not isinstance(stale, Work):
        raise TypeError(
            f"{stale!r} is nothing that a write made stale. Pass on what submit() got."
        )
    return stale
