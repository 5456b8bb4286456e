"""Bringing whole tables up to date, in transactions of a bounded size."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from django.db.models import Model

from django_reckon.changes.event import Key
from django_reckon.computed.auditing.audit import tables_of
from django_reckon.computed.auditing.ranges import KeyRange, keys_within
from django_reckon.computed.refreshing.chunks import chunk_size, key_chunks
from django_reckon.computed.refreshing.engine import Tally, refresh
from django_reckon.computed.refreshing.plan import plan
from django_reckon.computed.refreshing.work import Route, Work
from django_reckon.computed.rules.graph import Step
from django_reckon.computed.rules.registry import ComputedColumn, registry
from django_reckon.ground.batches import batches
from django_reckon.ground.internals import with_generated
from django_reckon.protocols import ComputedWriter


def schedule(models: Iterable[type[Model]]) -> tuple[Step, ...]:
    """
    Return the steps that bring some models' fields, and all that follow, up to date.

    Raises:
        ResolverException: A computed field is declared wrongly.
    """
    tables = tables_of(models)
    wanted = plan.followers(c.node for columns in tables.values() for c in columns)
    steps = []
    for step in registry.steps:
        names = tuple(name for name in step.fields if (step.model, name) in wanted)
        if names:
            steps.append(Step(step.level, step.model, names))
    return tuple(steps)


def columns_of(step: Step) -> list[ComputedColumn]:
    """Return the fields of a step."""
    return [registry.columns[step.model, name] for name in step.fields]


def rebuilt(
    steps: Sequence[Step],
    at: int,
    alias: str,
    *,
    writer: ComputedWriter | None = None,
    querysize: int | None = None,
    within: KeyRange | None = None,
) -> Iterator[Tally]:
    """
    Bring one step's fields up to date in every row, and yield what each chunk took.

    Each chunk is a transaction of its own. What follows from it is left to the steps
    behind, which look at every row of theirs; so a run that ends early may simply be
    started again. Where fields may depend on themselves through a tree of rows, the
    steps before are gone through once more in that same transaction.

    Args:
        steps: From schedule().
        at: Which of them.
        alias: The database.
        writer: Writes the values; by default as the settings say.
        querysize: Rows in a chunk; by default as fields and settings say.
        within: Only these rows; by default all.

    Raises:
        ResolutionError: A value cannot be computed or stored; chunks that were
            yielded before stay written.
    """
    step = steps[at]
    size = chunk_size(columns_of(step), querysize)
    chunks = (
        key_chunks(step.model, alias, size)
        if within is None
        else keys_within(step.model, alias, within, size)
    )
    for keys in chunks:
        yield refresh(
            alias,
            _work(step.model, keys, step.fields),
            writer=writer,
            querysize=querysize,
            steps=steps[: at + 1],
        )


def is_entwined(steps: Sequence[Step], at: int) -> bool:
    """
    Tell whether rows of a step make other rows due in it, or in a step before.

    They do where rows form a tree, or where one row's field is made from another's of
    the same table.
    """
    step = steps[at]
    so_far = {(each.model, name) for each in steps[: at + 1] for name in each.fields}
    names = with_generated(step.model, step.fields)
    return any(
        (edge.target, edge.field) in so_far
        for edge in plan.edges_from(step.model)
        if not edge.is_own and not edge.columns.isdisjoint(names)
    )


def settled(
    model: type[Model],
    fields: Sequence[str],
    alias: str,
    within: KeyRange,
    *,
    writer: ComputedWriter | None = None,
    querysize: int | None = None,
) -> Iterator[Tally]:
    """
    Bring fields of one step up to date in a range, and yield what each chunk took.

    Each chunk is a transaction of its own, together with all that follows from it. So
    ranges may be done in any order, and at the same time: whoever computes a value
    last does so after all that it is made from was written.

    Raises:
        ResolutionError: As for rebuilt().
    """
    columns = [registry.columns[model, name] for name in fields]
    size = chunk_size(columns, querysize)
    for keys in keys_within(model, alias, within, size):
        work = _work(model, keys, fields)
        yield refresh(alias, work, writer=writer, querysize=querysize)


def repaired(
    column: ComputedColumn,
    keys: Sequence[Key],
    alias: str,
    *,
    writer: ComputedWriter | None = None,
    querysize: int | None = None,
) -> Iterator[Tally]:
    """
    Bring one field up to date in some rows, and yield what each chunk took.

    Each chunk is a transaction of its own, together with all that follows from it.

    Raises:
        ResolutionError: As for rebuilt().
    """
    for some in batches(keys, chunk_size([column], querysize)):
        work = _work(column.model, some, [column.name])
        yield refresh(alias, work, writer=writer, querysize=querysize)


def _work(model: type[Model], keys: Iterable[Key], fields: Collection[str]) -> Work:
    work = Work()
    work.add(Route(model, "pk", loose=False), keys, fields)
    return work
