"""precache_fast_counts: count ahead of the callers, and purge what has expired."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.db.models import Model
from typing_extensions import override

from django_reckon.counts import precache, purge
from django_reckon.counts.declared import Named
from django_reckon.counts.manager import FastCountManager
from django_reckon.counts.report import PrecachedCount, PrecacheReport
from django_reckon.exceptions import ConfigurationError
from django_reckon.ground.installed import apps
from django_reckon.ground.progress import progress_bar
from django_reckon.protocols import PrecacheJob

Progress = Callable[[list[Named]], Iterable[Named]]


class Command(BaseCommand):
    """Refresh kept counts; schedule it, for instance by cron."""

    help = (
        "Counts what FastCountManagers precache and purges expired counts. The exit "
        "status is 1 when a count failed; the others are made all the same."
    )

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "labels",
            nargs="*",
            metavar="app_label[.Model]",
            help="Only these apps or models; by default all.",
        )
        parser.add_argument("--manager", help="Only managers of that name.")
        parser.add_argument("--database", help="Count in that database alias.")
        parser.add_argument(
            "--progress", action="store_true", help="Show a progress bar."
        )
        parser.add_argument(
            "--json", action="store_true", help="Print one JSON object a manager."
        )
        parser.add_argument(
            "--force",
            action="store_true",
            help="Run even while another run holds the lock (or died holding it).",
        )
        # How a background run proves that the lock was taken for it.
        parser.add_argument("--lock-token", type=int, help="For internal use.")

    @override
    def handle(self, *labels: str, **options: Any) -> None:
        reports = []
        for model, name in _targets(options["labels"], options["manager"]):
            report = self._refreshed(model, name, options)
            reports.append(report)
            self._print(report, as_json=options["json"])
        failed = sum(len(report.failed) for report in reports)
        purged = _purged()
        if not options["json"]:
            self.stdout.write(_summary(reports, purged))
        if failed:
            raise CommandError(f"{failed} of the counts failed; see above.")

    def _refreshed(
        self, model: type[Model], name: str, options: dict[str, Any]
    ) -> PrecacheReport:
        """Refresh one manager; a wrong one fails alone."""
        try:
            return self._refresh(model, name, options)
        except ConfigurationError as error:
            database = options["database"] or "?"
            failure = PrecachedCount(".all()", None, None, str(error), 0.0)
            return PrecacheReport(model._meta.label, name, database, (failure,))

    def _refresh(
        self, model: type[Model], name: str, options: dict[str, Any]
    ) -> PrecacheReport:
        label = model._meta.label
        base, policy = precache.managed(label, name, options["database"])
        if policy.problems:
            raise ConfigurationError(" ".join(policy.problems))
        if options["lock_token"] is not None:
            return precache.run_job(
                PrecacheJob(label, name, base.db, options["lock_token"])
            )
        held = precache.lease(label, base.db, policy)
        force = options["force"]
        token = held.take(every=0, seconds=policy.lock_seconds, force=force)
        if token is None:
            why = "another run is at it; use --force if that one has died"
            return PrecacheReport(label, name, base.db, skipped=why)
        try:
            return precache.run(base, policy, progress=_progress(label, name, options))
        finally:
            held.give_back(token)

    def _print(self, report: PrecacheReport, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(report.as_dict()))
            return
        self.stdout.write(f"{report.model}.{report.manager} on {report.database}")
        if report.skipped:
            self.stdout.write(self.style.WARNING(f"  skipped: {report.skipped}"))
        for result in report.results:
            if result.error is None:
                line = (
                    f"  {result.queryset}: {result.count:,} in {result.seconds:.3f} s"
                )
                self.stdout.write(line)
            else:
                self.stderr.write(f"  {result.queryset} failed: {result.error}")


def _targets(labels: list[str], manager: str | None) -> list[tuple[type[Model], str]]:
    """Return each model with the name of each of its FastCountManagers, once."""
    found = [
        (model, candidate.name)
        for model in dict.fromkeys(_models(labels))
        for candidate in model._meta.managers
        if isinstance(candidate, FastCountManager) and manager in {None, candidate.name}
    ]
    if not found and (labels or manager):
        what = " ".join([*labels, *([f"--manager {manager}"] if manager else [])])
        raise CommandError(f"No FastCountManager matches {what}.")
    return found


def _models(labels: list[str]) -> Iterator[type[Model]]:
    if not labels:
        yield from apps.get_models()
    for label in labels:
        app_label, _, model_name = label.partition(".")
        try:
            app_config = apps.get_app_config(app_label)
            if model_name:
                yield app_config.get_model(model_name)
            else:
                yield from app_config.get_models()
        except LookupError as error:
            raise CommandError(str(error)) from error


def _progress(label: str, manager: str, options: dict[str, Any]) -> Progress:
    if not options["progress"]:
        return iter
    return lambda items: progress_bar(items, f"{label}.{manager}")


def _purged() -> int | None:
    """Purge expired rows; None when the table cannot be reached."""
    try:
        return purge.purge_expired()
    except DatabaseError:
        return None


def _summary(reports: list[PrecacheReport], purged: int | None) -> str:
    counted = sum(len(report.results) - len(report.failed) for report in reports)
    rows = (
        "the table of counts could not be purged"
        if purged is None
        else (f"{purged:,} expired rows purged")
    )
    what = f"{_many(counted, 'count')} of {_many(len(reports), 'manager')}"
    return f"{what} kept, {rows}."


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
