"""Processes that measure one thing and end."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from benchmarks.computing.sides import SIDES
from benchmarks.counting import environments
from benchmarks.counting.setup import Side
from benchmarks.counting.workers import ROOT


class MeasuringError(RuntimeError):
    """A process could not measure."""


def pythons(
    say: Callable[[str], None],
    note: Callable[[str], None],
    without: Collection[str] = (),
) -> dict[str, Path]:
    """Return the interpreter of each side that can be had here; note the others."""
    found: dict[str, Path] = {}
    for side in SIDES.values():
        if side.name in without:
            continue
        try:
            found[side.name] = environments.interpreter(side, say)
        except environments.NoEnvironmentError as error:
            note(f"Without {side.requirement}. {error}")
    return found


def answer_of(
    side: Side, python: Path, module: str, request: Mapping[str, Any]
) -> dict[str, Any]:
    """
    Return what a module says to a request, run in a process of its own.

    Both are one JSON object.

    Raises:
        MeasuringError: With the last words of the process.
    """
    # Only our side finds our source.
    paths = [ROOT] if side.requirement else [ROOT, ROOT / "src"]
    done = subprocess.run(
        [str(python), "-m", module],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))},
        input=json.dumps({"side": side.name, **request}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"status {done.returncode}"]
        raise MeasuringError(lines[-1])
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
