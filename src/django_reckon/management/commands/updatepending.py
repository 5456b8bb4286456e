"""updatepending: do what the strategy "background" has left for later."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from typing_extensions import override

from django_reckon.computed.outbox.draining import PendingReport, drained
from django_reckon.computed.tables import PendingUpdate
from django_reckon.management.scope import checked_alias, has_table
from django_reckon.management.streams import ended_well, with_bar


class Command(BaseCommand):
    """Bring up to date what is pending, in transactions of a bounded size."""

    help = (
        "Brings up to date what the strategy 'background' has left for later, also "
        "what has failed before. Several runs share the work, and one that was "
        "interrupted may simply be started again. The exit status is 1 if something "
        "failed; it stays pending."
    )

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--database",
            metavar="ALIAS",
            help="Only in that database; by default in all that have the table.",
        )
        parser.add_argument(
            "--progress", action="store_true", help="Show a progress bar."
        )
        parser.add_argument(
            "--json",
            action="store_true",
            help="Print one JSON object for each database.",
        )

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        failed = 0
        with ended_well(self.stdout, lambda: _KEPT):
            for alias in _aliases(checked_alias(options["database"])):
                total = PendingReport()
                for some in _with_bar(alias, options):
                    total.add(some)
                self._report(alias, total, options)
                failed += len(total.failures)
        if failed:
            raise CommandError(
                f"Pending updates that failed: {failed:,}. They stay. Correct the "
                "cause and start the command again."
            )

    def _report(
        self, alias: str, total: PendingReport, options: dict[str, Any]
    ) -> None:
        if options["json"]:
            report = asdict(total)
            report["failures"] = [asdict(each) for each in total.failures]
            self.stdout.write(json.dumps({"database": alias, **report}))
            return
        self.stdout.write(
            f"{alias}: {total.entries:,} pending done, {total.read:,} rows read, "
            f"{total.written:,} written, {len(total.failures):,} failed"
        )
        for each in total.failures:
            self.stderr.write(f"  {each.entry} ({each.target}): {each.error}")


_KEPT = (
    "What was done before stays so. Start the command again to go on with what is "
    "pending."
)


def _aliases(chosen: str | None) -> list[str]:
    """
    Return the databases to look at.

    Raises:
        CommandError: The one that was chosen lacks the table.
    """
    aliases = [chosen] if chosen else list(connections)
    found = [alias for alias in aliases if has_table(PendingUpdate, alias)]
    if chosen and not found:
        raise CommandError(
            f"Database {chosen!r} lacks the table {PendingUpdate._meta.db_table}. Run: "
            f"manage.py migrate django_reckon --database {chosen}"
        )
    return found


def _with_bar(alias: str, options: dict[str, Any]) -> Iterator[PendingReport]:
    """Yield what each transaction came to; the bar moves entry by entry."""
    entries = PendingUpdate.objects.using(alias)

    def ticks() -> Iterator[PendingReport | None]:
        for some in drained(alias, again=True):
            yield some
            # One for the report, one for each of the others.
            yield from [None] * (some.entries + len(some.failures) - 1)

    bar = with_bar(ticks(), alias, shown=options["progress"], total=entries.count)
    return (each for each in bar if each is not None)
