"""
From stale rows to new values.

Step by step in the order of levels: the rows that are due are looked up, locked, read
once, computed, and those whose values differ written once. What was written is reported
as any other change is, so that it makes the next steps due by the same plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import DatabaseError, connections
from django.db.models import Model, QuerySet

from django_reckon.changes.delivery import report
from django_reckon.changes.event import Key
from django_reckon.changes.rows import batched, key_fields, ordered
from django_reckon.computed.fetching.hydrating import lean
from django_reckon.computed.fetching.lookups import apart, fetched
from django_reckon.computed.fetching.prepared import rows_with
from django_reckon.computed.refreshing.chunks import chunk_size
from django_reckon.computed.refreshing.functions import assign, call
from django_reckon.computed.refreshing.gates import before_refresh, is_on
from django_reckon.computed.refreshing.locating import located
from django_reckon.computed.refreshing.moved import Moved, followed
from django_reckon.computed.refreshing.plan import NOTHING, SeenTo, plan
from django_reckon.computed.refreshing.saves import is_awaited, tell
from django_reckon.computed.refreshing.work import Work
from django_reckon.computed.rules.graph import Step
from django_reckon.computed.rules.registry import ComputedColumn, registry
from django_reckon.computed.writers import current_writer
from django_reckon.exceptions import ResolutionError
from django_reckon.ground.batches import batches
from django_reckon.ground.columns import is_plainly_same, is_same
from django_reckon.ground.garbage import paused
from django_reckon.ground.membership import pin
from django_reckon.ground.routing import reading_from
from django_reckon.ground.together import is_conflict, is_own, together
from django_reckon.protocols import ComputedWriter
from django_reckon.signals import resolver_exit, resolver_start, resolver_update

# How often one step may become due again in a tree of rows.
_MOST_ROUNDS: Final = 1_000
# Rows from which on the collector's looks take longer than to let it pause.
_MANY: Final = 500

# The refresh that runs on a database, in this thread or task.
_running: Final[ContextVar[dict[str, Work]]] = ContextVar("reckon_running", default={})  # noqa: B039 - replaced, never changed


# What that refresh has just computed for the rows whose change it reports.
_computing: Final = ContextVar("reckon_computing", default=NOTHING)


def computing_now() -> SeenTo:
    """Return the fields that the refresh which reports a change has seen to."""
    return _computing.get()


@contextmanager
def _reporting(seen_to: SeenTo) -> Iterator[None]:
    before = _computing.set(seen_to)
    try:
        yield
    finally:
        _computing.reset(before)


def running_on(alias: str) -> Work | None:
    """Return the work of the refresh that runs on a database; None if none does."""
    return _running.get().get(alias)


@dataclass(slots=True)
class Tally:
    """How many rows a refresh read and wrote."""

    read: int = 0
    written: int = 0


@dataclass(slots=True)
class Refresh:
    """
    One refresh of one database.

    Attributes:
        alias: The database.
        work: What is due; it grows while values move.
        writer: Writes the values.
        querysize: Rows read at once; None for what fields and settings say.
        steps: What else becomes due is left out; None for every step there is.
        last: Whether the transaction ends with it.
    """

    alias: str
    work: Work
    writer: ComputedWriter
    querysize: int | None = None
    steps: Sequence[Step] | None = None
    last: bool = False
    tally: Tally = field(default_factory=Tally)
    _rounds: dict[Step, int] = field(default_factory=dict)

    def run(self) -> Tally:
        """
        Bring every row that is due up to date, and all that follows from it.

        Raises:
            ResolutionError: A value cannot be computed or stored; the transaction can
                only be rolled back then.
        """
        before = _running.set({**_running.get(), self.alias: self.work})
        resolver_start.send(sender=registry)
        try:
            with reading_from(self.alias):
                self._wait()
                while (step := self._next()) is not None:
                    self._run(step)
        finally:
            _running.reset(before)
            resolver_exit.send(sender=registry)
        return self.tally

    def _wait(self) -> None:
        """Wait for writers whose locks might cross those of this refresh."""
        own = is_own(self.alias)
        if own and self._is_of_one_row():
            return
        models = {route.target for route in self.work.due}
        before_refresh(self.alias, models, last=self.last or own)

    def _is_of_one_row(self) -> bool:
        """Tell whether no more than one row will be locked."""
        if len(self.work.due) != 1:
            return False
        [(route, due)] = self.work.due.items()
        if route.lookup != "pk" or due.everything or len(due.keys) != 1:
            return False
        return not plan.is_followed(route.target, due.fields)

    def _next(self) -> Step | None:
        for step in registry.steps if self.steps is None else self.steps:
            if self.work.waits(step.model, step.fields):
                rounds = self._rounds[step] = self._rounds.get(step, 0) + 1
                if rounds > _MOST_ROUNDS:
                    name = f"{step.model._meta.label}.{step.fields[0]}"
                    problem = (
                        f"it still moves after {_MOST_ROUNDS} rounds. Its rows depend "
                        "on each other in a circle; a tree of rows has an end."
                    )
                    raise ResolutionError(name, None, problem)
                return step
        # Fields that nobody can compute (their declaration is wrong) are no work.
        self.work.due.clear()
        return None

    def _run(self, step: Step) -> None:
        keys: set[Key] = set()
        fields: set[str] = set()
        for route, due in self.work.take(step.model, step.fields):
            keys |= located(self.alias, route, due)
            fields |= due.fields
        for columns in apart(_followed(step, fields)):
            for some in self._chunks(step.model, columns, keys):
                self._refresh(step.model, columns, some)

    def _chunks(
        self, model: type[Model], columns: Sequence[ComputedColumn], keys: set[Key]
    ) -> Iterator[list[Key]]:
        size = chunk_size(columns, self.querysize)
        for some in batches(ordered(keys), size):
            yield from batched(model, self.alias, some)

    def _refresh(
        self, model: type[Model], columns: Sequence[ComputedColumn], keys: list[Key]
    ) -> None:
        with paused() if len(keys) >= _MANY else nullcontext():
            moved = self._values_of(model, columns, keys)
            if moved.forms:
                self._write(model, moved)

    def _values_of(
        self, model: type[Model], columns: Sequence[ComputedColumn], keys: list[Key]
    ) -> Moved:
        """Read rows and compute their fields; the rows are let go before any write."""
        rows = self._rows(model, keys)
        self.tally.read += len(rows)
        with fetched(rows, columns):
            return _moved(model, columns, rows)

    def _rows(self, model: type[Model], keys: list[Key]) -> list[Any]:
        """Return the rows of some keys, held where the database can; hence Any."""
        parts = key_fields(model)
        if len(keys) == len(parts) == 1 and not model._meta.parents:
            return rows_with(model, self.alias, parts[0], keys[0], lock=is_on())
        return list(lean(self._locked(model, keys)))

    def _locked(self, model: type[Model], keys: list[Key]) -> QuerySet[Any]:
        """Return the rows, held until the transaction ends where the database can."""
        rows: QuerySet[Any] = QuerySet(model, using=self.alias)
        rows = rows.order_by("pk")
        pin(rows.query, keys)
        features = connections[self.alias].features
        if not features.has_select_for_update or not is_on():
            return rows
        no_key = features.has_select_for_no_key_update
        if not model._meta.parents:
            return rows.select_for_update(no_key=no_key)
        # A statement that waits for a row has read the parents' tables before, and
        # they are not locked: their columns take a later one.
        list(rows.select_for_update(no_key=no_key).values_list("pk"))
        return rows

    def _write(self, model: type[Model], moved: Moved) -> None:
        columns, rows = moved.written()
        fields = [column.field for column in columns]
        try:
            self.writer.write(model, self.alias, fields, rows)
        except DatabaseError as error:
            if is_conflict(self.alias, error):
                raise
            raise moved.refusal(error) from error
        self.tally.written += len(rows)
        names = [column.name for column in columns]
        resolver_update.send(sender=registry, model=model, fields=names, pks=list(rows))
        names = [column.name for column in moved.columns]
        with _reporting(SeenTo(model, frozenset(names))):
            report(moved.change(model, self.alias))


def _moved(
    model: type[Model], columns: Sequence[ComputedColumn], rows: Sequence[Model]
) -> Moved:
    """Compute the fields of rows, and return those whose values differ."""
    relations = tuple(followed(model).values())
    names = [column.field.attname for column in columns]
    awaited = is_awaited()
    moved = Moved(columns)
    for row in rows:
        was = {name: getattr(row, name) for name in relations}
        forms, differ = _computed(columns, row)
        if differ:
            moved.add(row, was, forms, differ)
        if awaited:
            tell(model, row.pk, {name: getattr(row, name) for name in names})
    return moved


def _computed(
    columns: Sequence[ComputedColumn], row: Model
) -> tuple[list[Any], set[str]]:
    """Return a row's values in the columns' form, and the fields that they move."""
    forms: list[Any] = []
    differ: set[str] = set()
    for column in columns:
        field = column.field
        old = getattr(row, field.attname)
        form = call(column, row)
        if not is_plainly_same(old, form):
            form = assign(column, row, form)
            if not is_same(field, old, form):
                differ.add(column.name)
        forms.append(form)
    return forms, differ


def _followed(step: Step, due: set[str]) -> list[ComputedColumn]:
    """Return the fields that are due and those of the step that are made from them."""
    found: list[ComputedColumn] = []
    names = set(due)
    for name in step.fields:
        column = registry.columns[step.model, name]
        if name in names or any(
            edge.source is step.model and not edge.columns.isdisjoint(names)
            for edge in column.edges
            if edge.is_own
        ):
            names.add(name)
            found.append(column)
    return found


def refresh(
    alias: str,
    work: Work,
    *,
    writer: ComputedWriter | None = None,
    querysize: int | None = None,
    steps: Sequence[Step] | None = None,
    last: bool = False,
) -> Tally:
    """
    Do the work on a database now, in the transaction that is open or in one of its own.

    Args:
        alias: The database.
        work: What is due.
        writer: Writes the values; by default as the settings say.
        querysize: Rows read at once; by default as fields and settings say.
        steps: Do no others; what else becomes due is left to the caller.
        last: Whether the transaction that is open ends with it.

    Raises:
        ResolutionError: A value cannot be computed or stored.
    """
    chosen = writer or current_writer()

    def attempt() -> Tally:
        mine = Work().merge(work)
        return Refresh(alias, mine, chosen, querysize, steps, last=last).run()

    return attempt() if last else together(connections[alias], attempt)
