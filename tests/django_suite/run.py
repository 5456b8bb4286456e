"""One run of Django's tests in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.choices import DATABASE_VARIABLE, RUN_VARIABLE, DatabaseName
from tests.django_suite import mode
from tests.django_suite.outcomes import Outcome
from tests.django_suite.source import fetch_packages, fetch_tests
from tests.source import ROOT

__all__ = ["Result", "run"]

# What is shown of a run that ended before its tests did.
_LAST_LINES = 30


@dataclass(frozen=True, slots=True)
class Result:
    """
    How one run ended.

    Attributes:
        outcomes: By dotted name of the test.
        changes: How many changes listeners were told of.
    """

    outcomes: dict[str, Outcome]
    changes: int


def run(
    labels: Sequence[str], how: mode.Mode, *, database: DatabaseName, workers: int
) -> Result:
    """
    Run these tests, with the capture as the mode says.

    Raises:
        SystemExit: The run ended before its tests did.
    """
    with tempfile.TemporaryDirectory() as place:
        results, changes = Path(place) / "results.json", Path(place) / "changes"
        environment = os.environ | {
            "PYTHONPATH": _search_path(),
            DATABASE_VARIABLE: database,
            RUN_VARIABLE: os.environ.get(RUN_VARIABLE) or str(os.getpid()),
            mode.MODE: how,
            mode.RESULTS: str(results),
            mode.CHANGES: str(changes),
        }
        done = subprocess.run(
            [*_command(workers), *labels],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if not results.exists():
            lines = done.stdout.decode(errors="replace").splitlines()
            sys.stderr.write("\n".join([*lines[-_LAST_LINES:], ""]))
            raise SystemExit(f"Django's tests ended with status {done.returncode}.")
        told = json.loads(results.read_text(encoding="utf-8"))
        outcomes = {test: Outcome(*pair) for test, pair in told.items()}
        return Result(outcomes, changes.stat().st_size if changes.exists() else 0)


def _command(workers: int) -> list[str]:
    return [
        sys.executable,
        str(fetch_tests() / "runtests.py"),
        "--settings=tests.django_suite.settings",
        f"--parallel={workers}",
        "--noinput",
    ]


def _search_path() -> str:
    """Return where the run finds us, the library if it is not installed, and tblib."""
    inherited = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    places = [str(ROOT), str(fetch_packages()), *filter(None, inherited)]
    return os.pathsep.join(dict.fromkeys(places))
