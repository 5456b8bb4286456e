"""From an insert about to run to the Change it makes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import DatabaseError
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery

from django_reckon.changes.conflicts import replaced
from django_reckon.changes.delivery import as_one, deliver, enter
from django_reckon.changes.event import NOWHERE, Change, ChangeKind, Key, Targets
from django_reckon.changes.rows import as_keys, is_expression, key_fields
from django_reckon.changes.targets import columns, relations_of, stored, targets
from django_reckon.changes.watch import Interest
from django_reckon.ground.internals import (
    AnyField,
    conflict_of,
    model_of,
    sets_itself,
    table_owner,
    updated_fields_of,
)

# What Django's own method returns: rows, or nothing.
Result = Any


@dataclass(slots=True)
class Insert:
    """
    Rows on their way in, by one statement or one batch of them.

    Attributes:
        compiler: Of the statement; Any, for the stubs leave out what it asks of rows.
        using: Database alias.
        interest: Who wants to know.
        raw: Whether a fixture is loaded.
        is_told: Whether the objects hold what their rows will.
    """

    compiler: Any
    using: str
    interest: Interest
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
        elif any(watch.prepare is not None for watch in self.interest.watches):
            self._settle()
        work = partial(self._run, execute, returning or ())
        return as_one(self.using, self.interest, work)

    def _run(
        self, execute: Callable[[], Result], returning: Sequence[AnyField]
    ) -> Result:
        query = self.query
        model, is_upsert = model_of(query), conflict_of(query) is OnConflict.UPDATE
        fields = relations_of(model, self.interest)
        pointing = {field.name: _pointed_to(query, field, NOWHERE) for field in fields}
        enter(self.interest, model, self.using, pointing)
        self._prepare()
        before = self._replaced(fields) if is_upsert and fields else NOWHERE
        rows = self._executed(execute)
        change = Change(
            model=table_owner(model),
            alias=self.using,
            kind=ChangeKind.LOAD if self.raw else ChangeKind.INSERT,
            keys=_inserted_keys(query, returning, rows or ()),
            fields=None,
            before=before,
            after={field.name: _pointed_to(query, field, before) for field in fields},
            upsert=is_upsert,
        )
        deliver(self.interest, change, moved=change)
        return rows

    def _executed(self, execute: Callable[[], Result]) -> Result:
        """Run the statement; its error may be told better by one who listens."""
        try:
            return execute()
        except DatabaseError as error:
            owner = table_owner(model_of(self.query))
            for watch in self.interest.watches:
                if watch.explain is not None:
                    better = watch.explain(owner, self.query.objs, error)
                    if better is not None:
                        raise better from error
            raise

    def _settle(self) -> None:
        """Let columns that set themselves do so before anybody reads them, and once."""
        fields = [field for field in self.query.fields if self._is_read(field)]
        if not fields:
            return
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

    def _is_read(self, field: AnyField) -> bool:
        """Tell whether a column sets itself and someone may read it before."""
        return sets_itself(field) and any(
            watch.prepare is not None and watch.minds(frozenset([field.name]))
            for watch in self.interest.watches
        )

    def _prepare(self) -> None:
        """Let those who want to set attributes of the objects before they are read."""
        for watch in self.interest.watches:
            if watch.prepare is not None:
                owner = table_owner(model_of(self.query))
                raw = self.raw or not self.is_told
                watch.prepare(owner, self.using, self.query.objs, raw)

    def _replaced(self, fields: Sequence[AnyField]) -> Targets:
        """Return where the rows point that an upsert is about to meet."""
        lock = self.interest.lock
        return columns(fields, replaced(self.query, self.using, fields, lock=lock))


def _pointed_to(
    query: InsertQuery, field: AnyField, before: Targets
) -> frozenset[Key] | None:
    """Return where the rows lead by a relation; None if only the database knows."""
    values = [getattr(row, field.attname) for row in query.objs]
    if any(map(is_expression, values)):
        return None
    written = targets([stored(field, value) for value in values])
    if written is None or not before or field in updated_fields_of(query):
        return written
    # Rows that an upsert met went on pointing where they did.
    return written | (before.get(field.name) or frozenset())


def _inserted_keys(
    query: InsertQuery, returning: Sequence[AnyField], rows: Sequence[Any]
) -> tuple[Key, ...] | None:
    """Return the new keys; None when nobody told them all."""
    parts = key_fields(model_of(query))
    told = [at for part in parts for at, f in enumerate(returning) if f == part]
    if len(rows) == len(query.objs) and len(told) == len(parts):
        keys = [[row[at] for at in told] for row in rows]
    elif conflict_of(query) is OnConflict.UPDATE:
        # A row that was met keeps a key that may not be the object's.
        return None
    else:
        keys = [[getattr(obj, part.attname) for part in parts] for obj in query.objs]
    if any(value is None or is_expression(value) for key in keys for value in key):
        return None
    return as_keys(model_of(query), keys if len(parts) > 1 else [k for (k,) in keys])
