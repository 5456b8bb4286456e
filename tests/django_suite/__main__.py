"""
Run Django's own tests with and without the capture: ``python -m tests.django_suite``.

Ends with status 1 when a test differs that is not known to. What differs is run once
more by itself, so that only what differs twice counts.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, get_args

import django

from tests import choices, servers
from tests.django_suite import report
from tests.django_suite.expected import expected_in
from tests.django_suite.labels import FAST, FULL, expand
from tests.django_suite.mode import Mode
from tests.django_suite.outcomes import (
    Difference,
    Kind,
    differences,
    repeatable,
)
from tests.django_suite.run import Result, run
from tests.django_suite.source import fetch_tests

_DATABASES: Final = ("sqlite", "postgresql")


def main(arguments: Sequence[str]) -> int:
    """Compare and return the status to end with."""
    options = _parse(arguments)
    if options.db != "sqlite" and (reason := servers.obstacle(options.db)):
        _say(f"not run: {reason}")
        return 1 if choices.in_ci() else 0
    began = time.monotonic()
    chosen = tuple(options.labels) or (FAST if options.fast else FULL)
    labels = expand(chosen, fetch_tests())
    without, within = _both(labels, options, options.parallel)
    found = _confirmed(_compared(without, within, options.mode), options)
    _say(
        f"Django {django.get_version()}, {options.db}, {options.mode}:"
        f" {within.changes} changes reported"
        f" in {time.monotonic() - began:.0f} s;"
        f" without the capture {report.summarise(without.outcomes)}."
    )
    return _conclude(without, within, found)


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.django_suite",
        description="Run Django's own tests with and without the capture of writes.",
        allow_abbrev=False,
    )
    parser.add_argument("labels", nargs="*", help="folders of Django's tests, m2m_*")
    parser.add_argument("--db", choices=_DATABASES, default="sqlite")
    parser.add_argument("--fast", action="store_true", help="what a gate has time for")
    watching = [name for name in get_args(Mode) if name != "off"]
    parser.add_argument("--mode", choices=watching, default="plain")
    parser.add_argument("--parallel", type=int, default=2, metavar="N")
    return parser.parse_args(arguments)


def _both(
    labels: Sequence[str], options: argparse.Namespace, workers: int
) -> tuple[Result, Result]:
    without, within = (
        run(labels, how, database=options.db, workers=workers)
        for how in ("off", options.mode)
    )
    return without, within


def _compared(without: Result, within: Result, how: Mode) -> list[Difference]:
    return differences(
        without.outcomes,
        within.outcomes,
        expected_in(how),
        adds_queries=how != "plain",
    )


def _confirmed(
    found: Sequence[Difference], options: argparse.Namespace
) -> list[Difference]:
    """Run what nobody expected again, and call unsteady what does not differ twice."""
    doubtful = [each.test for each in found if each.kind is Kind.UNEXPECTED]
    if not doubtful:
        return list(found)
    again = _both(sorted(set(map(repeatable, doubtful))), options, 1)
    twice = {each.test for each in _compared(*again, options.mode)}
    return [
        replace(each, kind=Kind.UNSTEADY)
        if each.kind is Kind.UNEXPECTED and each.test not in twice
        else each
        for each in found
    ]


def _conclude(without: Result, within: Result, found: Sequence[Difference]) -> int:
    tests = without.outcomes.keys() | within.outcomes.keys()
    _say(report.format_table(tests, found))
    for each in found:
        _say(report.format_difference(each))
    failed = sum(each.kind is Kind.UNEXPECTED for each in found)
    if not within.changes:
        _say("No change was reported, so nothing is proved.")
        failed = len(tests)
    _say(f"total: {len(tests) - failed} passed, {failed} failed")
    return 1 if failed else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
