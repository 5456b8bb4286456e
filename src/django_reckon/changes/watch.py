"""Who wants to know what about which model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, TypeAlias

from django.core.exceptions import FieldDoesNotExist
from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from django_reckon.changes.event import Change, Targets
from django_reckon.ground.internals import table_owner

Listener: TypeAlias = Callable[[Change], None]
Explainer: TypeAlias = Callable[
    [type[Model], Sequence[Model], DatabaseError], Exception | None
]
Preparer: TypeAlias = Callable[[type[Model], str, Sequence[Model], bool], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """
    One listener's wish.

    Attributes:
        listener: Called inside the write's transaction; what it raises undoes both.
        fields: Updates of other fields are not reported; None for all.
        relations: Foreign keys, or other columns that lead somewhere, whose values
            before and after are wanted, by the fields' names.
        keys: Whether the rows' primary keys are wanted, though a query may have to
            find them.
        atomic: Whether a write outside any transaction opens one, so that what the
            listener does and the write succeed or fail together.
        lock: Whether rows are locked when they are read before the write, and the
            write is held to the rows that were locked. Such a write is a savepoint in
            a TestCase, where otherwise nobody would hear of its end.
        moved: Whether rows whose watched fields keep their values, and fields that no
            row changes, are left out of what an update reports.
        prepare: Called before an insert with its objects, to fill in their attributes;
            the last argument tells whether they may hold less than their rows will, as
            those of a fixture do. Returns whether all of them could be.
        enter: Called inside the write's transaction before anything else, with the
            table's model, the connection, and for each watched relation that is
            written the keys it will lead to, where they are known.
        explain: Called with the objects of an insert that the database refused; what
            it returns is raised in place of the database's error, which is its cause.
        lazy: None if every update is to tell all of this. Else an update that names
            its rows' keys needs no query to tell what it replaces: fields that it
            writes count as moved then, and these relations are told of only if they
            are written.
        due: Asked before an update of one row whose relations are written, with what
            it will be if they lead where they led: whether the listener needs to hear
            no more than that. Then the update is tried on that condition, which takes
            no query to tell what it replaces. Only for who is lazy.
        now: Asked at each write, with the database's alias, what the wish comes to at
            the moment; None for nothing.
    """

    listener: Listener
    fields: frozenset[str] | None = None
    relations: tuple[str, ...] = ()
    keys: bool = False
    atomic: bool = True
    lock: bool = False
    moved: bool = False
    prepare: Preparer | None = None
    enter: Callable[[type[Model], BaseDatabaseWrapper, Targets], object] | None = None
    explain: Explainer | None = None
    lazy: frozenset[str] | None = None
    due: Callable[[Change], bool] | None = None
    now: Callable[[str], Watch | None] | None = None

    def minds(self, fields: frozenset[str] | None) -> bool:
        """Tell whether a write of these fields (None: whole rows) matters here."""
        return self.fields is None or fields is None or bool(self.fields & fields)


@dataclass(frozen=True)
class Interest:
    """All wishes about one model, and what they come to together; worked out once."""

    watches: tuple[Watch, ...] = ()

    def now(self, alias: str) -> Interest:
        """Return what the wishes come to at the moment."""
        if not self._varies:
            return self
        return self._part(
            [each if each.now is None else each.now(alias) for each in self.watches]
        )

    def about(self, fields: frozenset[str] | None) -> Interest:
        """Return the wishes that a write of these fields touches."""
        known = self._about.get(fields)
        if known is None:
            minding = [each for each in self.watches if each.minds(fields)]
            known = self._about[fields] = self._part(minding)
        return known

    def _part(self, watches: Sequence[Watch | None]) -> Interest:
        # They live as long as what is kept here under their identities.
        key = tuple(map(id, watches))
        known = self._parts.get(key)
        if known is None:
            wishes = tuple([each for each in watches if each is not None])
            known = self._parts[key] = Interest(wishes)
        return known

    @cached_property
    def _varies(self) -> bool:
        return any(each.now is not None for each in self.watches)

    @cached_property
    def _about(self) -> dict[frozenset[str] | None, Interest]:
        return {}

    @cached_property
    def _parts(self) -> dict[tuple[int, ...], Interest]:
        return {}

    @cached_property
    def lazy(self) -> frozenset[str] | None:
        """The relations nobody wants a query for; None if someone wants one anyway."""
        readers = [each for each in self.watches if each.relations or each.moved]
        wanted: set[str] = set()
        for each in readers:
            if each.lazy is None:
                return None
            wanted.update(set(each.relations) - each.lazy)
        return frozenset(self.relations) - wanted

    def is_due(self, change: Change) -> bool:
        """Tell whether nobody needs to hear more of an update than this."""
        return all(
            each.due is not None and each.due(change)
            for each in self.watches
            if each.relations or each.moved
        )

    @cached_property
    def compared(self) -> frozenset[str]:
        """Every field whose old values are to be compared with the new ones."""
        wanted = (each.fields or frozenset() for each in self.watches if each.moved)
        return frozenset().union(*wanted)

    @cached_property
    def relations(self) -> tuple[str, ...]:
        """Every relation that someone wants, once, in a fixed order."""
        return tuple(sorted({name for each in self.watches for name in each.relations}))

    @cached_property
    def keys(self) -> bool:
        """Whether someone wants the rows' primary keys."""
        return any(each.keys for each in self.watches)

    @cached_property
    def atomic(self) -> bool:
        """Whether someone wants to be in one transaction with the write, or locks."""
        return any(each.atomic or each.lock for each in self.watches)

    @cached_property
    def lock(self) -> bool:
        """Whether someone wants rows locked before the write."""
        return any(each.lock for each in self.watches)


@dataclass(slots=True)
class WatchList:
    """
    The models that someone watches; no other model is touched by the capture.

    Attributes:
        interests: By concrete model.
    """

    interests: dict[type[Model], Interest] = field(default_factory=dict)

    def add(self, model: type[Model], watch: Watch) -> None:
        """
        Watch the table of a model; the same wish twice counts once.

        Raises:
            FieldDoesNotExist: A name is no field of that very table; those of a
                parent's table are watched there.
        """
        owner = table_owner(model)
        for name in (*watch.relations, *(watch.fields or ())):
            _check_column(owner, name)
        known = self.interests.get(owner, Interest()).watches
        if watch not in known:
            self.interests[owner] = Interest((*known, watch))

    def remove(self, model: type[Model], watch: Watch) -> None:
        """Take a wish back; one that was never made is no error."""
        owner = table_owner(model)
        known = self.interests.pop(owner, Interest()).watches
        rest = tuple(each for each in known if each != watch)
        if rest:
            self.interests[owner] = Interest(rest)

    def of(self, model: type[Model]) -> Interest | None:
        """Return what is wanted about a model's table; None for nothing."""
        # As table_owner() would; this is what every write of any model costs.
        return self.interests.get(model._meta.concrete_model or model)

    def models(self) -> Iterable[type[Model]]:
        """Return the watched models."""
        return tuple(self.interests)


def _check_column(model: type[Model], name: str) -> None:
    names = sorted(field.name for field in model._meta.local_concrete_fields)
    if name not in names:
        raise FieldDoesNotExist(
            f"{name!r} is no field of the table of {model._meta.label!r}. "
            f"Choose from {', '.join(names)}."
        )


watch_list: Final = WatchList()
