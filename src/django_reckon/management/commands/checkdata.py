"""checkdata: compare what is stored with what the functions say."""

from __future__ import annotations

import io
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, OutputWrapper
from django.db import DatabaseError, router
from django.db.models import Model, QuerySet
from typing_extensions import override

from django_reckon.changes.event import Key
from django_reckon.computed.auditing.audit import Finding, findings, tables_of
from django_reckon.computed.auditing.records import Record, line_of
from django_reckon.computed.auditing.tainted import MOST_ROWS, Tainted
from django_reckon.computed.refreshing.chunks import chunk_size
from django_reckon.computed.rules.edges import Node
from django_reckon.computed.rules.graph import label
from django_reckon.computed.rules.registry import ComputedColumn
from django_reckon.exceptions import ResolutionError
from django_reckon.management.scope import (
    add_labels,
    add_reading,
    checked_alias,
    computed_models,
    has_table,
)
from django_reckon.management.streams import PIPE, ended_well, line_writer, with_bar

# Keys and errors that are shown of each field and table.
_MOST_SHOWN: Final = 5

Tell = Callable[[str], object]


@dataclass(slots=True)
class _Table:
    """What the check of one table came to; of the rows only so many are kept."""

    columns: Sequence[ComputedColumn]
    alias: str
    rows: int = 0
    drifted: dict[str, int] = field(default_factory=dict)
    keys: dict[str, list[Key]] = field(default_factory=dict)
    failures: int = 0
    shown: list[ResolutionError] = field(default_factory=list)

    @property
    def model(self) -> type[Model]:
        """Whose table it is."""
        return self.columns[0].model

    def add(self, found: Finding) -> None:
        """Note one chunk."""
        self.rows += found.rows
        self.failures += len(found.failures)
        self.shown += found.failures[: _MOST_SHOWN - len(self.shown)]
        for name, keys in found.drifted.items():
            self.drifted[name] = self.drifted.get(name, 0) + len(keys)
            kept = self.keys.setdefault(name, [])
            kept += keys[: MOST_ROWS - len(kept)]


class Command(BaseCommand):
    """Find values of computed fields that drifted; nothing is changed."""

    help = (
        "Compares each stored value of computed fields with what its function says. "
        "The exit status is 1 when some differ."
    )

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        add_labels(parser, what="Only computed fields")
        parser.add_argument(
            "--json",
            metavar="FILE",
            help="Write the rows that differ to that file, one JSON object a line, for "
            "updatedata --from-json; - is standard output.",
        )
        parser.add_argument("--silent", action="store_true", help="Print no report.")
        parser.add_argument(
            "--skip-tainted",
            action="store_true",
            help="Do not look for fields that follow from those that differ.",
        )
        add_reading(parser, where="Check in that database.")

    @override
    def handle(self, *labels: str, **options: Any) -> None:
        tables = tables_of(computed_models(options["labels"]))
        alias = checked_alias(options["database"])
        with ended_well(self.stdout), self._record_writer(options["json"]) as record:
            checked = []
            for columns in tables.values():
                if alias is not None and not has_table(columns[0].model, alias):
                    continue
                where = alias or router.db_for_read(columns[0].model)
                table = _Table(columns, where)
                self._check(table, record, options)
                self._report(table, options)
                checked.append(table)
            if not (options["skip_tainted"] or options["silent"]):
                self._report_tainted(checked, options)
            self._end(checked, options)

    def _check(
        self,
        table: _Table,
        record: Callable[[_Table, Finding], None],
        options: dict[str, Any],
    ) -> None:
        def chunks() -> int:
            rows: QuerySet[Any] = QuerySet(table.model, using=table.alias)
            return -(-rows.count() // chunk_size(table.columns, querysize))

        querysize: int | None = options["querysize"]
        name = table.model._meta.label
        found = findings(table.alias, table.columns, querysize=querysize)
        try:
            shown = with_bar(found, name, shown=options["progress"], total=chunks)
            for each in shown:
                table.add(each)
                record(table, each)
        except DatabaseError as error:
            raise CommandError(
                f"{name} cannot be read in {table.alias!r}: {error}"
            ) from error

    @contextmanager
    def _record_writer(
        self, name: str | None
    ) -> Iterator[Callable[[_Table, Finding], None]]:
        """Yield what writes the rows of a chunk that differ."""
        if name is None:
            yield lambda table, found: None
            return
        with line_writer(self.stdout, name) as write:

            def record(table: _Table, found: Finding) -> None:
                for column in table.columns:
                    keys = found.drifted.get(column.name)
                    if keys:
                        write(_line(Record(column, table.alias, tuple(keys))))

            yield record

    def _report(self, table: _Table, options: dict[str, Any]) -> None:
        tell = self._tell(options)
        name = table.model._meta.label
        tell(f"{name} on {table.alias}: {_many(table.rows, 'row')}")
        for column in table.columns:
            number = table.drifted.get(column.name, 0)
            if number:
                keys = [_shown(key) for key in table.keys[column.name][:_MOST_SHOWN]]
                more = ", ..." if number > len(keys) else ""
                what = f"{number:,} out of sync (pk {', '.join(keys)}{more})"
                tell(self.style.WARNING(f"  {column.name}: {what}"))
            else:
                tell(f"  {column.name}: in sync")
        for failure in table.shown:
            self.stderr.write(f"  {failure}")
        if table.failures > len(table.shown):
            rest = table.failures - len(table.shown)
            self.stderr.write(f"  {_many(rest, 'more value')} cannot be computed.")

    def _report_tainted(self, checked: list[_Table], options: dict[str, Any]) -> None:
        """Say what follows from the values that differ."""
        sources: dict[str, dict[Node, list[Key]]] = {}
        for table in checked:
            for name, keys in table.keys.items():
                sources.setdefault(table.alias, {})[table.model, name] = keys
        tell = self._tell(options)
        for alias, nodes in sources.items():
            tainted = Tainted(alias)
            tainted.follow(nodes)
            if tainted.keys:
                tell(f"What follows from these and may be wrong as well, on {alias}:")
            for node, found in tainted.keys.items():
                more = " or more" if len(found) >= MOST_ROWS else ""
                tell(f"  {label(node)}: {_many(len(found), 'row')}{more}")

    def _end(self, checked: list[_Table], options: dict[str, Any]) -> None:
        fields = sum(len(table.columns) for table in checked)
        values = sum(table.rows * len(table.columns) for table in checked)
        drifted = sum(sum(table.drifted.values()) for table in checked)
        failed = sum(table.failures for table in checked)
        total = f"{_many(values, 'value')} of {_many(fields, 'field')}"
        if not drifted and not failed:
            self._tell(options)(f"In sync: all of {total}.")
            return
        if options["silent"]:
            # The status says it, and what the error would say is the report's end.
            self.stderr: OutputWrapper = OutputWrapper(io.StringIO())
        problem = f"Out of sync: {drifted:,} of {total}."
        if drifted:
            problem += " Run updatedata to bring them up to date."
        if failed:
            problem += f" Not to be computed, see above: {_many(failed, 'value')}."
        raise CommandError(problem)

    def _tell(self, options: dict[str, Any]) -> Tell:
        """Return what prints a line of the report, where it disturbs nobody."""
        if options["silent"]:
            return lambda line: None
        if options["json"] == PIPE:
            return lambda line: self.stderr.write(line, style_func=str)
        return self.stdout.write


def _line(record: Record) -> str:
    try:
        return line_of(record)
    except ValueError as error:
        raise CommandError(f"{record.column.label}: {error}") from error


def _shown(key: Key) -> str:
    """Return a key in few letters."""
    return f"({', '.join(map(str, key))})" if isinstance(key, tuple) else str(key)


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
