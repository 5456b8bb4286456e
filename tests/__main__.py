"""
Run the tests on every database and cache that answers: ``python -m tests``.

What does not depend on the database (mark ``once``) runs in the first configuration
only. Options that are not ours go to pytest.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Literal, get_args

import pytest
from typing_extensions import override

from tests import choices, servers

ROOT: Final = Path(__file__).parent.parent
# More workers mean more test databases to create than tests to share.
MAX_WORKERS: Final = 4

_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")
# "12 passed, 1 skipped in 3.21s", as pytest ends its output.
_CLOSING: Final = re.compile(r"(\d+ [a-z]+(?:, \d+ [a-z]+)* in [\d.]+s.*?)(?: =+)?$")
_COUNT: Final = re.compile(r"(\d+) ([a-z]+)")
# Pytest says "1 error" and "2 errors".
_PLURALS: Final = {"error": "errors", "warning": "warnings"}


@dataclass(frozen=True, slots=True)
class Configuration:
    """One run of pytest: a database and a cache."""

    database: choices.DatabaseName
    cache: choices.CacheName
    is_extra: bool = False

    @override
    def __str__(self) -> str:
        return f"{self.database} + {self.cache}"

    def obstacle(self) -> str | None:
        """Return why this cannot run here, or None."""
        if self.database != "sqlite" and (reason := servers.obstacle(self.database)):
            return reason
        return servers.obstacle("redis") if self.cache == "redis" else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one configuration ended."""

    configuration: Configuration
    verdict: Literal["ok", "FAILED", "--"]
    # Pytest's closing line, or why there is none.
    line: str


# Each database and each cache at least once; every pair by --full.
CONFIGURATIONS: Final = (
    Configuration("sqlite", "locmem"),
    Configuration("postgresql", "redis"),
    Configuration("mariadb", "locmem"),
    Configuration("sqlite", "redis", is_extra=True),
    Configuration("postgresql", "locmem", is_extra=True),
    Configuration("mariadb", "redis", is_extra=True),
)


def main(arguments: list[str]) -> int:
    options, extra = _parse(arguments)
    started = time.monotonic()
    outcomes: list[Outcome] = []
    has_run = False
    for configuration in _chosen(options):
        reason = configuration.obstacle()
        if reason is None:
            outcomes.append(_run(configuration, options, extra, is_first=not has_run))
            has_run = True
        else:
            verdict: Literal["FAILED", "--"] = "FAILED" if choices.in_ci() else "--"
            outcomes.append(Outcome(configuration, verdict, f"not run: {reason}"))
            _say(f"\n{configuration}: not run: {reason}")
    _report(outcomes, time.monotonic() - started)
    has_failed = any(outcome.verdict == "FAILED" for outcome in outcomes)
    return 0 if has_run and not has_failed else 1


def _parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Return our own options, and the rest for pytest."""
    parser = argparse.ArgumentParser(
        prog="python -m tests",
        description="Run the tests on every database and cache that answers.",
        epilog="Other options and paths go to pytest.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--full", action="store_true", help="every database with every cache we support"
    )
    parser.add_argument("--db", choices=get_args(choices.DatabaseName))
    parser.add_argument("--cache", choices=get_args(choices.CacheName))
    parser.add_argument("-m", dest="marks", default="", metavar="MARKEXPR")
    workers = str(max(2, min(MAX_WORKERS, os.cpu_count() or 2)))
    parser.add_argument("-n", dest="workers", default=workers, metavar="WORKERS")
    return parser.parse_known_args(arguments)


def _chosen(options: argparse.Namespace) -> list[Configuration]:
    """Return what to run; a cache that was asked for needs no --full."""
    return [
        configuration
        for configuration in CONFIGURATIONS
        if options.db in {None, configuration.database}
        and options.cache in {None, configuration.cache}
        and (options.full or options.cache or not configuration.is_extra)
    ]


def _run(
    configuration: Configuration,
    options: argparse.Namespace,
    extra: list[str],
    *,
    is_first: bool,
) -> Outcome:
    """Run pytest once and pass its output on."""
    _say(f"\n{configuration}")
    marks = [f"({options.marks})"] if options.marks else []
    if not is_first:
        marks.append("not once")
    command = [sys.executable, "-m", "pytest", "-n", options.workers]
    # Some tests take a minute; what waits behind one goes to a worker that is free.
    command += ["--dist", "worksteal"]
    command += ["--db", configuration.database, "--cache", configuration.cache]
    command += ["-m", " and ".join(marks)] if marks else []
    command += ["--color=yes"] if sys.stdout.isatty() else []
    process = subprocess.Popen(
        [*command, *extra], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert process.stdout is not None
    closing = _pass_on(process.stdout)
    code = process.wait()
    if code == pytest.ExitCode.NO_TESTS_COLLECTED and not is_first:
        return Outcome(configuration, "ok", "nothing to run again")
    line = closing or f"pytest ended with status {code}"
    return Outcome(configuration, "FAILED" if code else "ok", line)


def _pass_on(stream: IO[bytes]) -> str:
    """Copy pytest's output as it comes; return its closing line, empty without one."""
    text = bytearray()
    # os.read gives what is there; a buffered read would hold the dots back.
    while piece := os.read(stream.fileno(), 65536):
        sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        text += piece
    lines = _COLOUR.sub("", text.decode(errors="replace")).splitlines()
    found = (_CLOSING.search(line) for line in reversed(lines[-5:]))
    return next((match[1] for match in found if match), "")


def _report(outcomes: list[Outcome], seconds: float) -> None:
    """Print one line for each configuration and their sum."""
    width = max((len(str(outcome.configuration)) for outcome in outcomes), default=0)
    _say("")
    sums: Counter[str] = Counter()
    for outcome in outcomes:
        name = f"{outcome.configuration!s:<{width}}"
        _say(f"{outcome.verdict:<6}  {name}  {outcome.line}")
        if _CLOSING.fullmatch(outcome.line):
            counts, _, _ = outcome.line.partition(" in ")
            for count, word in _COUNT.findall(counts):
                sums[_PLURALS.get(word, word)] += int(count)
    total = ", ".join(f"{count} {word}" for word, count in sums.items())
    _say(f"total: {total or 'no tests ran'} in {seconds:.0f}s")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
