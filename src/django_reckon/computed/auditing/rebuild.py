"""Bringing whole tables up to date, in transactions of a bounded size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.db.models import Model

from django_reckon.changes.event import Key
from django_reckon.computed.auditing.audit import tables_of
from django_reckon.computed.refreshing.chunks import chunk_size, key_chunks
from django_reckon.computed.refreshing.engine import Tally, refresh
from django_reckon.computed.refreshing.plan import plan
from django_reckon.computed.refreshing.work import Route, Work
from django_reckon.computed.rules.graph import Step
from django_reckon.computed.rules.registry import ComputedColumn, registry
from django_reckon.ground.batches import batches
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

    Raises:
        ResolutionError: A value cannot be computed or stored; chunks that were
            yielded before stay written.
    """
    step = steps[at]
    size = chunk_size(columns_of(step), querysize)
    for keys in key_chunks(step.model, alias, size):
        yield refresh(
            alias,
            _work(step.model, keys, step.fields),
            writer=writer,
            querysize=querysize,
            steps=steps[: at + 1],
        )


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


def _work(model: type[Model], keys: Iterable[Key], fields: Iterable[str]) -> Work:
    work = Work()
    work.add(Route(model, "pk", loose=False), keys, fields)
    return work
