"""updatedata: bring computed fields up to date."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any, TypeAlias, TypeVar

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, router
from django.db.models import Model, QuerySet
from typing_extensions import override

from django_reckon.computed.auditing.enqueuing import enqueued
from django_reckon.computed.auditing.rebuild import (
    columns_of,
    rebuilt,
    repaired,
    schedule,
)
from django_reckon.computed.auditing.records import Record, record_of
from django_reckon.computed.auditing.workers import range_crew, shared
from django_reckon.computed.refreshing.chunks import chunk_size
from django_reckon.computed.refreshing.engine import Tally
from django_reckon.computed.rules.graph import Step
from django_reckon.computed.writers import WRITERS, writer_named
from django_reckon.exceptions import ResolutionError
from django_reckon.management.scope import (
    add_labels,
    add_reading,
    checked_alias,
    computed_models,
    has_table,
)
from django_reckon.management.sharing import (
    Queue,
    add_sharing,
    check_sharing,
    require_shareable,
)
from django_reckon.management.streams import ended_well, lines_of, with_bar
from django_reckon.protocols import ComputedWriter

T = TypeVar("T")

# From the steps, which of them, and a database to what each of its chunks took.
_ChunksOf: TypeAlias = Callable[[Sequence[Step], int, str], Iterator[Tally]]


class Command(BaseCommand):
    """Write what differs, in transactions of a bounded size."""

    help = (
        "Brings computed fields up to date, and all that follows from them. Only what "
        "differs is written, each chunk of rows in a transaction of its own: a run "
        "that was interrupted may simply be started again."
    )

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        add_labels(parser, what="Only computed fields")
        parser.add_argument(
            "--from-json",
            metavar="FILE",
            help="Only the rows that checkdata --json wrote to that file, and what "
            "follows from them; - is standard input.",
        )
        parser.add_argument(
            "--mode",
            choices=sorted(WRITERS),
            help="How values are written; by default what COMPUTEDFIELDS_FASTUPDATE "
            "says.",
        )
        parser.add_argument(
            "--json",
            action="store_true",
            help="Print one JSON object for each line of the report.",
        )
        add_sharing(parser)
        add_reading(parser, where="Write in that database.")

    @override
    def handle(self, *labels: str, **options: Any) -> None:
        if options["from_json"] is not None and options["labels"]:
            raise CommandError(
                "--from-json takes its models from the file. Leave out "
                f"{' '.join(options['labels'])}."
            )
        check_sharing(options)
        alias = checked_alias(options["database"])
        if options["enqueue"]:
            self._enqueue(alias, options)
            return
        total = Tally()
        with ended_well(self.stdout, lambda: _kept(total)), _explained(total):
            if options["from_json"] is None:
                self._rebuild(alias, total, options)
            else:
                self._repair(alias, total, options)
            if not options["json"]:
                self.stdout.write(f"{_sentence(total)}.")

    def _rebuild(
        self, alias: str | None, total: Tally, options: dict[str, Any]
    ) -> None:
        steps = schedule(computed_models(options["labels"]))
        places = list(_places(steps, alias))
        with ExitStack() as stack:
            chunks_of = _chunks_of({where for _, where in places}, options, stack)
            for at, where in places:
                step, done = steps[at], Tally()
                chunks = chunks_of(steps, at, where)
                for each in _with_bar(chunks, step, where, options):
                    _add(each, done, total)
                self._report(step.model, where, step.fields, done, options)

    def _enqueue(self, alias: str | None, options: dict[str, Any]) -> None:
        queue = Queue()
        with ended_well(self.stdout, queue.advice), queue.explained():
            steps = schedule(computed_models(options["labels"]))
            for at, where in _places(steps, alias):
                step, before = steps[at], queue.tasks
                tasks = enqueued(
                    step, where, mode=options["mode"], querysize=options["querysize"]
                )
                for is_well in _with_bar(tasks, step, where, options):
                    queue.add(is_well=is_well)
                self._report_queued(step, where, queue.tasks - before, options)
            queue.require_well()
            if not options["json"]:
                self.stdout.write(f"{_many(queue.tasks, 'task')} queued.")

    def _report_queued(
        self, step: Step, alias: str, tasks: int, options: dict[str, Any]
    ) -> None:
        name = step.model._meta.label
        if options["json"]:
            report = {
                "model": name,
                "database": alias,
                "fields": list(step.fields),
                "tasks": tasks,
            }
            self.stdout.write(json.dumps(report))
        else:
            what = f"{name} ({', '.join(step.fields)}) on {alias}"
            self.stdout.write(f"{what}: {_many(tasks, 'task')} queued")

    def _repair(self, alias: str | None, total: Tally, options: dict[str, Any]) -> None:
        name = options["from_json"]
        writer, querysize = _writer(options), options["querysize"]
        lines = with_bar(
            lines_of(name), name, shown=options["progress"], total=lambda: None
        )
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            record = _record(line, number, name)
            column, where = record.column, alias or record.database
            done = Tally()
            for each in repaired(
                column, record.keys, where, writer=writer, querysize=querysize
            ):
                _add(each, done, total)
            self._report(column.model, where, [column.name], done, options)

    def _report(
        self,
        model: type[Model],
        alias: str,
        fields: Sequence[str],
        done: Tally,
        options: dict[str, Any],
    ) -> None:
        name = model._meta.label
        if options["json"]:
            report = {
                "model": name,
                "database": alias,
                "fields": list(fields),
                "read": done.read,
                "written": done.written,
            }
            self.stdout.write(json.dumps(report))
        else:
            what = f"{name} ({', '.join(fields)}) on {alias}"
            self.stdout.write(f"{what}: {_sentence(done)}")


@contextmanager
def _explained(total: Tally) -> Iterator[None]:
    """
    Say what stays when a chunk fails, and how to go on.

    Raises:
        CommandError: It failed, and the run ends.
    """
    try:
        yield
    except (ResolutionError, DatabaseError, ChildProcessError) as error:
        problem = str(error).strip()
        raise CommandError(f"{problem} {_kept(total)}") from error


def _places(steps: Sequence[Step], alias: str | None) -> Iterator[tuple[int, str]]:
    """Yield which steps there are to do, and in which database."""
    for at, step in enumerate(steps):
        if alias is None:
            yield at, router.db_for_write(step.model)
        elif has_table(step.model, alias):
            yield at, alias


def _chunks_of(
    aliases: Iterable[str], options: dict[str, Any], stack: ExitStack
) -> _ChunksOf:
    """
    Return what does the chunks of a step, here or in processes that the stack ends.

    Raises:
        CommandError: A database cannot be shared with processes.
    """
    querysize, size = options["querysize"], options["parallel"] or 1
    if size == 1:
        return partial(rebuilt, writer=_writer(options), querysize=querysize)
    for alias in aliases:
        require_shareable(alias)
    crew = stack.enter_context(range_crew(size))
    return partial(shared, crew, mode=options["mode"], querysize=querysize)


def _kept(total: Tally) -> str:
    return (
        f"{_many(total.written, 'row')} written before stay so. Start the command "
        "again to go on; it writes only what still differs."
    )


def _record(line: str, number: int, name: str) -> Record:
    """
    Return what a line of the file says.

    Raises:
        CommandError: Nothing that can be used.
    """
    try:
        record = record_of(line)
    except ValueError as error:
        raise CommandError(
            f"Line {number} of {name!r} cannot be used: {error} Lines before it are "
            "done. Make the file anew by checkdata --json."
        ) from error
    checked_alias(record.database)
    return record


def _with_bar(
    chunks: Iterable[T], step: Step, alias: str, options: dict[str, Any]
) -> Iterable[T]:
    def number() -> int:
        rows: QuerySet[Any] = QuerySet(step.model, using=alias)
        size = chunk_size(columns_of(step), options["querysize"])
        return -(-rows.count() // size)

    name = step.model._meta.label
    return with_bar(chunks, name, shown=options["progress"], total=number)


def _writer(options: dict[str, Any]) -> ComputedWriter | None:
    return writer_named(options["mode"]) if options["mode"] else None


def _add(some: Tally, *sums: Tally) -> None:
    for each in sums:
        each.read += some.read
        each.written += some.written


def _sentence(tally: Tally) -> str:
    return f"{_many(tally.read, 'row')} read, {tally.written:,} written"


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
