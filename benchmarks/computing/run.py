"""One run: every task of every size, on every database, of both sides in turn."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final, TypeAlias

from benchmarks.computing.sides import COMPUTEDFIELDS, RECKON, SIDES
from benchmarks.counting import environments, place
from benchmarks.counting.inside.servers import greet_postgresql
from benchmarks.counting.setup import Side
from benchmarks.counting.workers import ROOT

Say: TypeAlias = Callable[[str], None]

TASKS: Final = (
    "create, looped",
    "create, autocommit",
    "create, read each",
    "create, recover",
    "create, bulk",
    "update, looped",
    "update, recover",
    "update, bulk",
)


@dataclass(frozen=True, slots=True)
class Size:
    """
    How much is written.

    Attributes:
        shelves: How many.
        books: How many on each.
        turns: How often each side has its turn, in a process of its own.
        rounds: How often it is timed in each turn.
    """

    shelves: int
    books: int
    turns: int
    rounds: int

    @property
    def name(self) -> str:
        """As the table shows it."""
        return f"{self.shelves} x {self.books}"


SMALL: Final = Size(10, 10, turns=2, rounds=5)
LARGE: Final = Size(100, 100, turns=1, rounds=1)


class MeasuringError(RuntimeError):
    """A process could not measure."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a task took on one side: statements, and seconds round by round."""

    queries: int
    seconds: list[float]

    def __str__(self) -> str:
        """Return both in few words."""
        return f"{self.queries:,} queries in {median(self.seconds):.3f} s"


@dataclass(frozen=True, slots=True)
class Figure:
    """
    One line of the table.

    Attributes:
        database: Its product.
        size: How much was written.
        task: What was done.
        costs: By side; a side that failed is missing.
    """

    database: str
    size: str
    task: str
    costs: dict[str, Cost]

    @property
    def ratio(self) -> float | None:
        """How many times longer django-computedfields takes; None if one failed."""
        ours = self.costs.get(RECKON.name)
        theirs = self.costs.get(COMPUTEDFIELDS.name)
        if ours is None or theirs is None:
            return None
        return median(theirs.seconds) / median(ours.seconds)


@dataclass(slots=True)
class Outcome:
    """
    What a run found.

    Attributes:
        figures: The lines of the table.
        notes: What could not be measured, and why.
        conditions: What the figures depend on.
    """

    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    conditions: dict[str, Any] = field(default_factory=dict)


def run(say: Say, *, sizes: Sequence[Size], tasks: Sequence[str]) -> Outcome:
    """Measure these tasks in worlds of these sizes, wherever it can be done here."""
    began, outcome = time.monotonic(), Outcome()
    pythons = _pythons(outcome, say)
    for product, database in _databases(outcome).items():
        for size in sizes:
            for task in tasks:
                costs = _costs(pythons, database, task, size, outcome)
                outcome.figures.append(Figure(product, size.name, task, costs))
                took = ", ".join(f"{name} {it}" for name, it in costs.items())
                say(f"{product}, {size.name}: {task}: {took}")
    shared = environments.versions()
    outcome.conditions = {
        **{name: shared[name] for name in ("python", "Django", "psycopg")},
        "peer": COMPUTEDFIELDS.requirement,
        "processors": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "seconds": round(time.monotonic() - began),
    }
    return outcome


def _pythons(outcome: Outcome, say: Say) -> dict[str, Path]:
    """Return the interpreters of the sides that can be had here."""
    found: dict[str, Path] = {}
    for side in SIDES.values():
        try:
            found[side.name] = environments.interpreter(side, say)
        except environments.NoEnvironmentError as error:
            outcome.notes.append(f"Without {side.requirement}. {error}")
    return found


def _databases(outcome: Outcome) -> dict[str, dict[str, Any]]:
    databases = {"SQLite": dict(place.IN_MEMORY)}
    server = place.postgresql()
    if reason := greet_postgresql(server):
        outcome.notes.append(f"Without PostgreSQL. {reason}")
    else:
        databases["PostgreSQL"] = server
    return databases


def _costs(
    pythons: dict[str, Path],
    database: dict[str, Any],
    task: str,
    size: Size,
    outcome: Outcome,
) -> dict[str, Cost]:
    """Return what a task costs each side, measured in turn."""
    found: dict[str, Cost] = {}
    failed: set[str] = set()
    for _ in range(size.turns):
        for name in pythons:
            if name in failed:
                continue
            try:
                cost = _cost(SIDES[name], pythons[name], database, task, size)
            except MeasuringError as error:
                failed.add(name)
                outcome.notes.append(f"{SIDES[name].title}, {task}: {error}")
            else:
                found.setdefault(name, Cost(cost.queries, []))
                found[name].seconds.extend(cost.seconds)
    return found


def _cost(
    side: Side, python: Path, database: dict[str, Any], task: str, size: Size
) -> Cost:
    """Measure in a process of its own."""
    request = {
        "side": side.name,
        "database": database,
        "task": task,
        "shelves": size.shelves,
        "books": size.books,
        "rounds": size.rounds,
    }
    # Only our side finds our source.
    paths = [ROOT] if side.requirement else [ROOT, ROOT / "src"]
    done = subprocess.run(
        [str(python), "-m", "benchmarks.computing.inside"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))},
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"status {done.returncode}"]
        raise MeasuringError(lines[-1])
    answer = json.loads(done.stdout)
    return Cost(answer["queries"], answer["seconds"])
