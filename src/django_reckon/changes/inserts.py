"""From an insert about to run to the Change it makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

from django.db import DatabaseError
from django.db.models import Model
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery

from django_reckon.changes.conflicts import replaced
from django_reckon.changes.delivery import as_one, deliver, enter
from django_reckon.changes.event import NOWHERE, Change, ChangeKind, Key, Targets
from django_reckon.changes.intake import Intake
from django_reckon.changes.rows import as_keys, is_expression
from django_reckon.changes.targets import columns, stored, targets
from django_reckon.changes.watch import Interest
from django_reckon.ground.internals import AnyField, conflict_of, updated_fields_of

# What Django's own method returns: rows, or nothing.
Result = Any


@dataclass(slots=True)
class Insert:
    """
    Rows on their way in, by one statement or one batch of them.

    Attributes:
        compiler: Of the statement; Any, for the stubs leave out what it asks of rows.
        interest: Who wants to know.
        intake: What they ask of every insert into the table.
        raw: Whether a fixture is loaded.
        is_told: Whether the objects hold what their rows will.
    """

    compiler: Any
    interest: Interest
    intake: Intake
    raw: bool
    is_told: bool = True

    @property
    def query(self) -> InsertQuery:
        """The insert."""
        query: InsertQuery = self.compiler.query
        return query

    def run(
        self, execute: Callable[[], Result], returning: Sequence[AnyField] | None
    ) -> Result:
        """Run the statement and report it; both or neither."""
        if getattr(self.query, "raw", False):
            # Of save_base(raw=True); the rest of the row may be in a parent's table.
            self.is_told = False
        elif self.intake.setting:
            self._settle()
        work = partial(self._run, execute, returning or ())
        return as_one(self.compiler.connection, self.interest, work)

    def _run(
        self, execute: Callable[[], Result], returning: Sequence[AnyField]
    ) -> Result:
        query, intake, connection = self.query, self.intake, self.compiler.connection
        after = self._pointing(NOWHERE)
        enter(self.interest, intake.model, connection, after)
        prepared = not intake.preparers or self._prepare(connection.alias)
        before, is_upsert = NOWHERE, conflict_of(query) is OnConflict.UPDATE
        if is_upsert and intake.relations:
            before = self._replaced(connection.alias)
        if intake.preparers or before:
            after = self._pointing(before)
        rows = self._executed(execute)
        change = Change(
            model=intake.model,
            alias=connection.alias,
            kind=ChangeKind.LOAD if self.raw else ChangeKind.INSERT,
            keys=self._keys(returning, rows or ()) if intake.keys else None,
            fields=None,
            before=before,
            after=after,
            upsert=is_upsert,
            prepared=prepared,
        )
        deliver(self.interest, change, moved=change)
        return rows

    def _executed(self, execute: Callable[[], Result]) -> Result:
        """Run the statement; its error may be told better by one who listens."""
        try:
            return execute()
        except DatabaseError as error:
            for explain in self.intake.explainers:
                better = explain(self.intake.model, self.query.objs, error)
                if better is not None:
                    raise better from error
            raise

    def _settle(self) -> None:
        """Let columns that set themselves do so before anybody reads them, and once."""
        setting = self.intake.setting
        fields = [field for field in self.query.fields if field.name in setting]
        values: dict[tuple[AnyField, int], Any] = {}
        for obj in self.query.objs:
            for field in fields:
                value = values[field, id(obj)] = field.pre_save(obj, add=True)
                held = getattr(obj, field.attname)
                if is_expression(value) or (held is not value and held != value):
                    self.is_told = False
        ask: Callable[[AnyField, Any], Any] = self.compiler.pre_save_val

        def settled(field: AnyField, obj: Any) -> Any:
            at = field, id(obj)
            return values[at] if at in values else ask(field, obj)

        self.compiler.pre_save_val = settled

    def _prepare(self, alias: str) -> bool:
        """Let who wants to set attributes of the objects; tell whether all could be."""
        intake, objs = self.intake, self.query.objs
        raw = self.raw or not self.is_told
        # All of them are asked, whatever the first one says.
        able = [each(intake.model, alias, objs, raw) for each in intake.preparers]
        return all(able)

    def _pointing(self, before: Targets) -> Targets:
        """
        Return where the rows will lead.

        Args:
            before: Where the rows led that an upsert meets.
        """
        query, objs = self.query, self.query.objs
        found: dict[str, frozenset[Key] | None] = {}
        for field in self.intake.relations:
            led = _pointed_to(field, objs)
            if led is not None and before and field not in updated_fields_of(query):
                # Rows that were met go on leading where they did.
                led |= before.get(field.name) or frozenset()
            found[field.name] = led
        return MappingProxyType(found)

    def _replaced(self, alias: str) -> Targets:
        """Return where the rows lead that an upsert is about to meet."""
        fields, lock = self.intake.relations, self.interest.lock
        return columns(fields, replaced(self.query, alias, fields, lock=lock))

    def _keys(
        self, returning: Sequence[AnyField], rows: Sequence[Any]
    ) -> tuple[Key, ...] | None:
        """Return the new keys; None when nobody told them all."""
        query, parts = self.query, self.intake.keys
        told = [at for part in parts for at, f in enumerate(returning) if f == part]
        if len(rows) == len(query.objs) and len(told) == len(parts):
            keys = [[row[at] for at in told] for row in rows]
        elif conflict_of(query) is OnConflict.UPDATE:
            # A row that was met keeps a key that may not be the object's.
            return None
        else:
            names = [part.attname for part in parts]
            keys = [[getattr(obj, name) for name in names] for obj in query.objs]
        if any(value is None or is_expression(value) for key in keys for value in key):
            return None
        model = self.intake.model
        return as_keys(model, keys if len(parts) > 1 else [key for (key,) in keys])


def _pointed_to(field: AnyField, objs: Iterable[Model]) -> frozenset[Key] | None:
    """Return where objects lead by a relation; None if only the database knows."""
    keys = []
    for obj in objs:
        value = getattr(obj, field.attname)
        if is_expression(value):
            return None
        keys.append(stored(field, value))
    return targets(keys)
