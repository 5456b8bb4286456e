"""From an update or delete about to run to the Change it makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql import Query, UpdateQuery

from django_reckon.changes.delivery import as_one, deliver, enter
from django_reckon.changes.event import NOWHERE, Change, ChangeKind, Key, Targets
from django_reckon.changes.rows import (
    Rows,
    as_keys,
    batched,
    key_fields,
    pinned_keys,
    read_keys,
    read_rows,
)
from django_reckon.changes.shape import Shape, shape_of
from django_reckon.changes.targets import column, columns, stored, targets
from django_reckon.changes.watch import Interest
from django_reckon.ground.columns import is_same
from django_reckon.ground.internals import (
    AnyField,
    model_of,
    with_generated,
)
from django_reckon.ground.membership import hold, pin

# What Django's own method returns: rows, a number of them, or nothing.
Result = Any


@dataclass
class Rewrite:
    """
    Rows on their way to other values, or out.

    Attributes:
        query: The update or delete.
        connection: To the database.
        interest: Who wants to know; narrowed by run() to those whom it touches.
        kind: UPDATE, DELETE or LOAD.
        values: Name of a field -> what an update sets it to; empty for a delete.
        keys: Primary keys where the caller has them.
        is_counting: Whether its execution returns the rows that were written, or how
            many.
    """

    query: Query
    connection: BaseDatabaseWrapper
    interest: Interest
    kind: ChangeKind
    values: Mapping[str, Any]
    keys: tuple[Key, ...] | None
    is_counting: bool = False
    _shape: Shape = field(init=False)

    def run(self, execute: Callable[[Query], Result]) -> Result:
        """Run the statement and report it; both or neither."""
        self._shape = shape_of(
            self.interest.now(self.connection.alias),
            model_of(self.query),
            self.kind,
            self.values,
            are_keys_known=self.keys is not None,
        )
        self.interest = self._shape.interest
        if not self.interest.watches:
            return execute(self.query)
        return as_one(self.connection, self.interest, partial(self._run, execute))

    def _run(self, execute: Callable[[Query], Result]) -> Result:
        shape = self._shape
        pointing = self._pointing()
        enter(self.interest, shape.model, self.connection, pointing)
        if shape.is_triable and self.is_counting and len(self.keys or ()) == 1:
            result = self._tried(execute, pointing)
            if result:
                return result
        rows = self._read()
        if self.interest.lock and rows is not None and self.keys is None:
            result = self._held_to(rows, execute)
        else:
            result = execute(self.query)
        if result is None or result:
            change = self._change(shape.fields, rows)
            deliver(self.interest, change, self._moved(change, rows))
        return result

    def _tried(self, execute: Callable[[Query], Result], pointing: Targets) -> Result:
        """Update the row unless its relations move; return nothing if it was not."""
        shape = self._shape
        moved = self._stayed(shape.held, pointing)
        if not self.interest.is_due(moved):
            return None
        query = self.query.clone()
        hold(query, {f: stored(f, self.values[f.name]) for f in shape.pointing})
        result = execute(query)
        if result:
            # The relations were written, though they did not move.
            deliver(self.interest, self._stayed(shape.fields, pointing), moved=moved)
        return result

    def _stayed(self, fields: frozenset[str] | None, pointing: Targets) -> Change:
        """Return the change of fields of a row that leads where it did."""
        return Change(
            model=self._shape.model,
            alias=self.connection.alias,
            kind=self.kind,
            keys=self.keys,
            fields=fields,
            before=pointing,
            after=pointing,
        )

    def _pointing(self) -> Targets:
        """Return where the rows will lead by the relations that are written."""
        found = {
            field.name: targets([stored(field, self.values[field.name])])
            for field in self._shape.pointing
        }
        return MappingProxyType(found)

    def _read(self) -> Rows | None:
        """Read the rows if someone needs to know more than the statement tells."""
        shape, lock = self._shape, self.interest.lock
        if shape.is_told:
            return None
        unknown = self.interest.keys and self.keys is None
        if not shape.columns and not lock and not unknown:
            return None
        set_by = [self.values[field.name] for field in shape.made]
        if self.keys is not None and not set_by:
            return read_keys(
                shape.model, self.connection.alias, self.keys, shape.columns, lock=lock
            )
        return read_rows(
            self.query,
            self.connection.alias,
            shape.columns,
            expressions=set_by,
            lock=lock,
        )

    def _held_to(self, rows: Rows, execute: Callable[[Query], Result]) -> Result:
        """Write the rows that were read and no others that came to match since."""
        results = []
        for some in batched(self._shape.model, self.connection.alias, rows):
            part = self.query.clone()
            part.clear_where()
            pin(part, some)
            results.append(execute(part))
        if not results:
            return 0
        return results[0] if len(results) == 1 else _summed(results)

    def _moved(self, change: Change, rows: Rows | None) -> Change | None:
        """Return the part of the change that made a difference; None if none did."""
        shape = self._shape
        is_compared = bool(shape.compared or shape.surely_moved)
        if rows is None or change.fields is None or not is_compared:
            return change
        if shape.moves_keys:
            return change
        moved, kept = set(shape.surely_moved), {}
        for key, row in rows.items():
            differ = {
                column.name
                for column, at in shape.compared
                if not self._is_kept(column, row[at])
            }
            if differ or shape.surely_moved:
                kept[key] = row
                moved |= differ
        if not kept:
            return None
        return self._change(with_generated(shape.model, moved), kept)

    def _is_kept(self, column: AnyField, old: Any) -> bool:
        return is_same(column, old, self.values[column.name])

    def _change(self, fields: frozenset[str] | None, rows: Rows | None) -> Change:
        shape = self._shape
        before = columns(shape.relations, rows or {}) if shape.relations else NOWHERE
        keys = self.keys if rows is None else tuple(rows)
        return Change(
            model=shape.model,
            alias=self.connection.alias,
            kind=self.kind,
            keys=self._renamed(keys) if shape.moves_keys else keys,
            fields=fields,
            before=before,
            after=self._after(before, rows or {}) if before else NOWHERE,
        )

    def _renamed(self, keys: tuple[Key, ...] | None) -> tuple[Key, ...] | None:
        """Add the new keys where an update writes to the key itself."""
        model = self._shape.model
        names = [part.name for part in key_fields(model)]
        if keys is None or not self._shape.expressions.isdisjoint(names):
            return None
        new = [self.values.get(name) for name in names]
        if len(names) == 1:
            return as_keys(model, (*keys, *new))
        written = [name in self.values for name in names]
        moved = [
            [new[at] if written[at] else old for at, old in enumerate(key)]
            for key in keys
        ]
        return as_keys(model, (*keys, *moved))

    def _after(self, before: Targets, rows: Rows) -> Targets:
        shape = self._shape
        if self.kind is ChangeKind.DELETE:
            return NOWHERE
        after: dict[str, frozenset[Key] | None] = {}
        position = len(shape.columns)
        for relation in shape.relations:
            name = relation.name
            if name not in self.values:
                after[name] = before[name]
            elif name in shape.expressions:
                after[name] = column(rows, position)
                position += 1
            else:
                after[name] = targets([stored(relation, self.values[name])])
        return after


def update_of(
    query: UpdateQuery,
    connection: BaseDatabaseWrapper,
    interest: Interest,
    values: Mapping[str, Any],
    *,
    raw: bool,
    is_counting: bool,
) -> Rewrite:
    """Return the write of an update query that sets these values."""
    return Rewrite(
        query=query,
        connection=connection,
        interest=interest,
        kind=ChangeKind.LOAD if raw else ChangeKind.UPDATE,
        values=values,
        keys=pinned_keys(query),
        is_counting=is_counting,
    )


def delete_of(
    query: Query, connection: BaseDatabaseWrapper, interest: Interest
) -> Rewrite:
    """Return the write that a delete query makes."""
    keys = pinned_keys(query)
    return Rewrite(query, connection, interest, ChangeKind.DELETE, {}, keys)


def _summed(results: Sequence[Result]) -> Result:
    """Join what the parts returned: lists of rows, or numbers of them."""
    if isinstance(results[0], list):
        return [row for part in results for row in part]
    return sum(part or 0 for part in results)
