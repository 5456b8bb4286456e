"""
Finding what is stored and yet not what the functions say.

Each value is compared with what its function makes of the columns as they are stored,
its sources included; whether those are right themselves is found where they stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, QuerySet

from django_reckon.changes.event import Key
from django_reckon.changes.rows import batched
from django_reckon.computed.fetching.hydrating import lean
from django_reckon.computed.fetching.lookups import apart, fetched
from django_reckon.computed.refreshing.chunks import chunk_size, row_chunks
from django_reckon.computed.refreshing.functions import call, stored_form
from django_reckon.computed.rules.registry import ComputedColumn, registry
from django_reckon.exceptions import ResolutionError
from django_reckon.ground.columns import is_plainly_same, is_same
from django_reckon.ground.garbage import paused
from django_reckon.ground.routing import reading_from


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    One value that is not what its function says; Any, for fields hold anything.

    Attributes:
        column: The field.
        pk: Primary key of the row.
        stored: What the column holds.
        computed: What it should hold; or why that cannot be computed.
    """

    column: ComputedColumn
    pk: Key
    stored: Any
    computed: Any | ResolutionError


@dataclass(slots=True)
class Finding:
    """
    What the check of some rows of one table came to.

    Attributes:
        rows: How many were read.
        drifted: Name of a field -> primary keys of the rows in which it differs.
        failures: Values that could not be computed.
    """

    rows: int = 0
    drifted: dict[str, list[Key]] = field(default_factory=dict)
    failures: list[ResolutionError] = field(default_factory=list)

    def suspects(self, columns: Sequence[ComputedColumn]) -> list[ComputedColumn]:
        """Return those of the fields with which something is wrong."""
        failed = {failure.field for failure in self.failures}
        return [c for c in columns if c.name in self.drifted or c.label in failed]

    @property
    def keys(self) -> list[Key]:
        """The rows with which something is wrong."""
        keys = [key for some in self.drifted.values() for key in some]
        return list(dict.fromkeys([*keys, *(each.pk for each in self.failures)]))


def tables_of(
    models: Iterable[type[Model]],
) -> dict[type[Model], tuple[ComputedColumn, ...]]:
    """
    Return the tables of some models, parents' included, with their computed fields.

    Those come first whose fields others are made from.

    Raises:
        ResolverException: A computed field is declared wrongly.
    """
    wanted: set[type[Model]] = set()
    for model in models:
        registry.require(model)
        wanted.update(column.model for column in registry.of(model))
    found: dict[type[Model], tuple[ComputedColumn, ...]] = {}
    for step in registry.steps:
        if step.model in wanted:
            columns = (registry.columns[step.model, name] for name in step.fields)
            found[step.model] = (*found.get(step.model, ()), *columns)
    return found


def findings(
    alias: str, columns: Sequence[ComputedColumn], *, querysize: int | None = None
) -> Iterator[Finding]:
    """
    Check every row of one table, and yield what each chunk of them comes to.

    Nothing is locked. What seems wrong is read a second time, so that a write between
    the queries of a chunk is not taken for drift.

    Args:
        alias: The database.
        columns: Computed fields of that one table.
        querysize: Rows read at once; by default as fields and settings say.

    Cost:
        For each chunk one query and one for each relation that the fields name.
    """
    model = columns[0].model
    for rows in row_chunks(model, alias, chunk_size(columns, querysize)):
        found = _finding(columns, rows, alias)
        suspects = found.suspects(columns)
        if suspects:
            again: list[Any] = []
            for keys in batched(model, alias, found.keys):
                wanted: QuerySet[Any] = QuerySet(model, using=alias)
                again.extend(lean(wanted.filter(pk__in=keys).order_by("pk")))
            found = _both(found, _finding(suspects, again, alias))
        yield found


def comparisons(
    columns: Sequence[ComputedColumn], rows: Sequence[Model], alias: str
) -> list[Comparison]:
    """
    Return every value of some rows of one table that is not what its function says.

    Args:
        columns: Computed fields of that table.
        rows: The rows.
        alias: The database that they were read from.

    Cost:
        One query for each relation that the fields name.
    """
    found: list[Comparison] = []
    groups = apart(columns)
    for some in groups:
        # What a row has fetched for one group is not for the others.
        own = rows if len(groups) == 1 else [copy(row) for row in rows]
        with reading_from(alias), paused(), fetched(own, some):
            found += _compared(some, own)
    return found


def _compared(
    columns: Sequence[ComputedColumn], rows: Sequence[Model]
) -> Iterator[Comparison]:
    fields = [(column, column.field) for column in columns]
    for row in rows:
        for column, stored_in in fields:
            stored = getattr(row, stored_in.attname)
            try:
                value = call(column, row)
                if is_plainly_same(stored, value):
                    continue
                form = stored_form(column, row, value)
            except ResolutionError as error:
                yield Comparison(column, row.pk, stored, error)
                continue
            if not is_same(stored_in, stored, form):
                yield Comparison(column, row.pk, stored, form)


def _finding(
    columns: Sequence[ComputedColumn], rows: Sequence[Model], alias: str
) -> Finding:
    found = Finding(rows=len(rows))
    for each in comparisons(columns, rows, alias):
        if isinstance(each.computed, ResolutionError):
            found.failures.append(each.computed)
        else:
            found.drifted.setdefault(each.column.name, []).append(each.pk)
    return found


def _both(first: Finding, second: Finding) -> Finding:
    """Return what was found twice."""
    found = Finding(first.rows)
    for name, keys in second.drifted.items():
        before = set(first.drifted.get(name, ()))
        twice = [key for key in keys if key in before]
        if twice:
            found.drifted[name] = twice
    failed = {(failure.field, failure.pk) for failure in first.failures}
    found.failures += [
        each for each in second.failures if (each.field, each.pk) in failed
    ]
    return found
