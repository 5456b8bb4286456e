#!/usr/bin/env python
"""
What the library costs writes of models that it is not told of.

Instructions are counted by valgrind, which is exact on a busy machine too: the same
script with N calls and with 2N, so that start-up cancels out. Without valgrind the
processor time of many runs in turn is compared. Queries are counted as they reach the
cursor. The database is SQLite in memory.
"""

from __future__ import annotations

import sys
from pathlib import Path

# Started by its path, it would find typing among the files beside it.
sys.path.pop(0)
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import argparse
import json
import os
import subprocess
import venv
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from statistics import mean
from typing import Final

import django

from benchmarks.counted import VALGRIND, instructions, is_possible

ROOT: Final = Path(__file__).resolve().parent.parent
CALLS: Final = 300
ROWS: Final = 20_000
TAGS: Final = 500
# Where objects lie in memory moves a figure by half a percent; hash seeds move them.
LAYOUTS: Final = (0, 1, 2)
# More than this much of plain Django's instructions is too much.
ALLOWED: Final = 0.02
# What runs in turn without valgrind, and how often.
TIMED_CALLS: Final = 5_000
TIMED_ROUNDS: Final = 15

_say = partial(print, file=sys.stderr, flush=True)


@dataclass(frozen=True, slots=True)
class Side:
    """
    Django by itself or with a library.

    Attributes:
        name: Of the column.
        apps: What the library needs in INSTALLED_APPS, with commas between.
        requirement: What pip installs for it; None for the interpreter at hand.
    """

    name: str
    apps: str
    requirement: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """
    One line of the table.

    Attributes:
        name: As `benchmarks.writing` knows it.
        title: As the table shows it.
        number: How many calls or rows.
        repeats: It is one call many times; else one call whose queries count.
    """

    name: str
    title: str
    number: int
    repeats: bool = False


@dataclass(slots=True)
class Figure:
    """One line of figures: side -> value, or nothing where it could not be had."""

    title: str
    unit: str
    values: dict[str, float] = field(default_factory=dict)
    passed: bool = False


PLAIN: Final = Side("django", "")
RECKON: Final = Side("reckon", "django_reckon")
PEER: Final = Side("computedfields", "computedfields", "django-computedfields==0.3.6")
SIDES: Final = (PLAIN, RECKON, PEER)

TASKS: Final = (
    Task("save", "save(), one row", CALLS, repeats=True),
    Task("create", "create(), one row", CALLS, repeats=True),
    Task("delete", f"QuerySet.delete() of {ROWS:,} rows", ROWS),
    Task("cascade", f"delete() that cascades to {ROWS:,} + {ROWS:,} rows", ROWS),
    Task("add", f"m2m.add() of {TAGS}", TAGS),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return 1 when the library costs more than it may."""
    options = _options(arguments)
    pythons = _interpreters()
    figures = [_measured(task, pythons) for task in TASKS]
    told = {"django": django.get_version(), "python": sys.version.split()[0]}
    as_json = json.dumps(
        {"conditions": told, "figures": [asdict(each) for each in figures]}, indent=2
    )
    if options.json == "-":
        print(as_json)
    elif options.json:
        Path(options.json).write_text(as_json + "\n", encoding="utf-8")
    stream = sys.stderr if options.json == "-" else sys.stdout
    print(", ".join(f"{name} {value}" for name, value in told.items()), file=stream)
    print(_table(figures), file=stream)
    return 0 if all(figure.passed for figure in figures) else 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").strip().splitlines()[0], allow_abbrev=False
    )
    parser.add_argument(
        "--json", metavar="FILE", help="write the figures there too; - for the output"
    )
    return parser.parse_args(arguments)


def _measured(task: Task, pythons: Mapping[Side, str]) -> Figure:
    _say(f"{task.title} ...")
    if not task.repeats:
        figure = Figure(task.title, "queries")
        for side, python in pythons.items():
            figure.values[side.name] = _run(python, side, task.name, task.number)
        figure.passed = figure.values[RECKON.name] == figure.values[PLAIN.name]
        return figure
    if is_possible():
        figure = Figure(task.title, "instructions")
        for side, python in pythons.items():
            figure.values[side.name] = _instructions(python, side, task)
    else:
        figure = Figure(task.title, "seconds")
        figure.values = _seconds(task, pythons)
    limit = figure.values[PLAIN.name] * (1 + ALLOWED)
    figure.passed = figure.values[RECKON.name] <= limit
    return figure


def _instructions(python: str, side: Side, task: Task) -> float:
    """Return how many instructions one call takes, the mean of some layouts."""
    once, twice = (
        mean(_counted(python, side, task.name, number, seed) for seed in LAYOUTS)
        for number in (task.number, 2 * task.number)
    )
    return (twice - once) / task.number


def _counted(python: str, side: Side, task: str, number: int, seed: int) -> int:
    """Return how many instructions a whole process takes."""
    done = _process([*VALGRIND, python], side, task, number, seed)
    return instructions(done.stderr)


def _seconds(task: Task, pythons: Mapping[Side, str]) -> dict[str, float]:
    """Return the best of many runs in turn, the one least disturbed."""
    best: dict[str, float] = {}
    for _ in range(TIMED_ROUNDS):
        for side, python in pythons.items():
            taken = _run(python, side, task.name, TIMED_CALLS)
            best[side.name] = min(taken, best.get(side.name, taken))
    return best


def _run(python: str, side: Side, task: str, number: int) -> float:
    value: float = json.loads(_process([python], side, task, number).stdout)
    return value


def _process(
    command: Sequence[str], side: Side, task: str, number: int, seed: int = 0
) -> subprocess.CompletedProcess[str]:
    places = [str(ROOT), *([] if side.requirement else [str(ROOT / "src")])]
    done = subprocess.run(
        [*command, "-m", "benchmarks.writing", side.apps, task, str(number)],
        # Without a fixed seed every process lays out its dicts in another way.
        env=os.environ
        | {"PYTHONHASHSEED": str(seed), "PYTHONPATH": os.pathsep.join(places)},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{side.name}, {task} failed:\n{done.stderr}")
    return done


def _interpreters() -> dict[Side, str]:
    """Return the Python of each side that can be had."""
    found = {}
    for side in SIDES:
        python = sys.executable if side.requirement is None else _environment(side)
        if python is not None:
            found[side] = python
    return found


def _environment(side: Side) -> str | None:
    """Return the Python with a peer beside our Django; None if pip refuses."""
    place = ROOT / ".venvs" / f"bench-{side.name}"
    python, stamp = place / "bin" / "python", place / "bench-requirements.txt"
    wanted = [str(side.requirement), f"Django=={django.get_version()}"]
    recipe = "\n".join([sys.version, *wanted])
    if not stamp.exists() or stamp.read_text() != recipe:
        _say(f"Making {place.relative_to(ROOT)} with {side.requirement} ...")
        venv.create(place, clear=True, with_pip=True)
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input"]
        command = [*pip, "install", "--quiet", *wanted]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            _say(f"{side.name} is left out, for pip refused:\n{done.stderr}")
            return None
        stamp.write_text(recipe)
    return str(python)


def _table(figures: Sequence[Figure]) -> str:
    names = [side.name for side in SIDES]
    lines = [("", "unit", *names, "")]
    for figure in figures:
        cells = [_cell(figure, name) for name in names]
        lines.append((figure.title, figure.unit, *cells, _verdict(figure)))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if at < 2 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )


def _cell(figure: Figure, name: str) -> str:
    value = figure.values.get(name)
    if value is None:
        return "n/a"
    base = figure.values[PLAIN.name]
    shown = f"{value * 1e6:,.1f} us" if figure.unit == "seconds" else f"{value:,.0f}"
    return shown if name == PLAIN.name else f"{shown} ({value / base - 1:+.2%})"


def _verdict(figure: Figure) -> str:
    return "pass" if figure.passed else "MISS"


if __name__ == "__main__":
    raise SystemExit(main())
