"""From an update or delete about to run to the Change it makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from django.db.models import Model
from django.db.models.sql import Query, UpdateQuery

from django_reckon.changes.delivery import as_one, deliver, enter
from django_reckon.changes.event import NOWHERE, Change, ChangeKind, Key, Targets
from django_reckon.changes.rows import (
    Rows,
    as_keys,
    batched,
    is_expression,
    key_fields,
    pinned_keys,
    read_keys,
    read_rows,
)
from django_reckon.changes.targets import column, columns, relations_of, stored, targets
from django_reckon.changes.watch import Interest
from django_reckon.ground.columns import is_same
from django_reckon.ground.internals import (
    AnyField,
    model_of,
    table_owner,
    values_of,
    with_generated,
)
from django_reckon.ground.membership import pin

# What Django's own method returns: rows, a number of them, or nothing.
Result = Any


@dataclass
class Rewrite:
    """
    Rows on their way to other values, or out.

    Attributes:
        query: The update or delete.
        using: Database alias.
        interest: Who wants to know; narrowed by run() to those whom it touches.
        kind: UPDATE, DELETE or LOAD.
        values: Field -> what an update sets it to; empty for a delete.
        keys: Primary keys where the caller has them.
    """

    query: Query
    using: str
    interest: Interest
    kind: ChangeKind
    values: Mapping[AnyField, Any]
    keys: tuple[Key, ...] | None

    def run(self, execute: Callable[[Query], Result]) -> Result:
        """Run the statement and report it; both or neither."""
        self.interest = self.interest.now(self.using).about(self._fields)
        if not self.interest.watches:
            return execute(self.query)
        return as_one(self.using, self.interest, partial(self._run, execute))

    def _run(self, execute: Callable[[Query], Result]) -> Result:
        enter(self.interest, self._model, self.using, self._pointing())
        rows = self._read()
        if self.interest.lock and rows is not None and self.keys is None:
            result = self._held_to(rows, execute)
        else:
            result = execute(self.query)
        if result is None or result:
            change = self._change(self._fields, rows)
            deliver(self.interest, change, self._moved(change, rows))
        return result

    def _pointing(self) -> Targets:
        """Return where the rows will lead by the relations that are written."""
        return {
            field.name: targets([stored(field, self.values[field])])
            for field in self._relations
            if field in self.values and not self._is_computed(field)
        }

    @cached_property
    def _model(self) -> type[Model]:
        """The model of the table that is written."""
        return table_owner(model_of(self.query))

    @cached_property
    def _fields(self) -> frozenset[str] | None:
        if self.kind is not ChangeKind.UPDATE:
            return None
        return self._written(field.name for field in self.values)

    def _written(self, names: Iterable[str]) -> frozenset[str]:
        return with_generated(self._model, names)

    def _read(self) -> Rows | None:
        """Read the rows if someone needs to know more than the statement tells."""
        interest = self.interest
        if self._is_lazy and not self._relations:
            return None
        unknown = interest.keys and self.keys is None
        if not self._columns and not interest.lock and not unknown:
            return None
        set_by = [self.values[f] for f in self._relations if self._is_computed(f)]
        if self.keys is not None and not set_by:
            return read_keys(
                self._model, self.using, self.keys, self._columns, lock=interest.lock
            )
        return read_rows(
            self.query,
            self.using,
            self._columns,
            expressions=set_by,
            lock=interest.lock,
        )

    @cached_property
    def _is_lazy(self) -> bool:
        """Whether the statement itself tells enough of which rows it writes."""
        if self.keys is None or self.kind is not ChangeKind.UPDATE:
            return False
        if self.interest.lazy is None:
            return False
        return not any(part in self.values for part in key_fields(self._model))

    @cached_property
    def _relations(self) -> list[AnyField]:
        """The relations that are to be told of."""
        relations = relations_of(self._model, self.interest)
        if not self._is_lazy:
            return relations
        unread = self.interest.lazy or ()
        return [f for f in relations if f in self.values or f.name not in unread]

    @cached_property
    def _columns(self) -> list[AnyField]:
        """What to read: the relations first, then what is to be compared."""
        compared = [f for f in self._compared if not self._is_computed(f)]
        return self._relations + [f for f in compared if f not in self._relations]

    @cached_property
    def _compared(self) -> list[AnyField]:
        """The fields that are written and whose old values someone compares."""
        return [f for f in self.values if f.name in self.interest.compared]

    def _held_to(self, rows: Rows, execute: Callable[[Query], Result]) -> Result:
        """Write the rows that were read and no others that came to match since."""
        results = []
        for some in batched(self._model, self.using, rows):
            part = self.query.clone()
            part.clear_where()
            pin(part, some)
            results.append(execute(part))
        if not results:
            return 0
        return results[0] if len(results) == 1 else _summed(results)

    def _moved(self, change: Change, rows: Rows | None) -> Change | None:
        """Return the part of the change that made a difference; None if none did."""
        compared = self._compared
        if rows is None or change.fields is None or not compared:
            return change
        if any(part in self.values for part in key_fields(self._model)):
            return change
        moved = {field.name for field in compared if self._is_computed(field)}
        places = [(f, self._columns.index(f)) for f in compared if f.name not in moved]
        kept = {}
        for key, row in rows.items():
            differ = {f.name for f, at in places if not self._is_kept(f, row[at])}
            if differ or len(places) < len(compared):
                kept[key] = row
                moved |= differ
        if not kept:
            return None
        return self._change(self._written(moved), kept)

    def _is_kept(self, field: AnyField, old: Any) -> bool:
        return is_same(field, old, self.values[field])

    def _change(self, fields: frozenset[str] | None, rows: Rows | None) -> Change:
        before = columns(self._relations, rows or {})
        return Change(
            model=self._model,
            alias=self.using,
            kind=self.kind,
            keys=self._renamed(self.keys if rows is None else tuple(rows)),
            fields=fields,
            before=before,
            after=self._after(before, rows or {}),
        )

    def _renamed(self, keys: tuple[Key, ...] | None) -> tuple[Key, ...] | None:
        """Add the new keys where an update writes to the key itself."""
        parts = key_fields(self._model)
        written = [part in self.values for part in parts]
        if keys is None or not any(written):
            return keys
        if any(self._is_computed(part) for part in parts):
            return None
        new = [self.values.get(part) for part in parts]
        if len(parts) == 1:
            return as_keys(self._model, (*keys, *new))
        moved = [
            [new[at] if written[at] else old for at, old in enumerate(key)]
            for key in keys
        ]
        return as_keys(self._model, (*keys, *moved))

    def _after(self, before: Targets, rows: Rows) -> Targets:
        if self.kind is ChangeKind.DELETE:
            return NOWHERE
        after: dict[str, frozenset[Key] | None] = {}
        position = len(self._columns)
        for field in self._relations:
            if field not in self.values:
                after[field.name] = before[field.name]
            elif self._is_computed(field):
                after[field.name] = column(rows, position)
                position += 1
            else:
                after[field.name] = targets([stored(field, self.values[field])])
        return after

    def _is_computed(self, field: AnyField) -> bool:
        return is_expression(self.values.get(field))


def update_of(
    query: UpdateQuery, using: str, interest: Interest, *, raw: bool
) -> Rewrite:
    """Return the write that an update query makes."""
    return Rewrite(
        query=query,
        using=using,
        interest=interest,
        kind=ChangeKind.LOAD if raw else ChangeKind.UPDATE,
        values=values_of(query),
        keys=pinned_keys(query),
    )


def delete_of(query: Query, using: str, interest: Interest) -> Rewrite:
    """Return the write that a delete query makes."""
    return Rewrite(query, using, interest, ChangeKind.DELETE, {}, pinned_keys(query))


def _summed(results: Sequence[Result]) -> Result:
    """Join what the parts returned: lists of rows, or numbers of them."""
    if isinstance(results[0], list):
        return [row for part in results for row in part]
    return sum(part or 0 for part in results)
