"""One run: every task of every size, on every database, of all sides in turn."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

from benchmarks.computing.figures import BULK, Cost, Figure
from benchmarks.computing.processes import MeasuringError, answer_of, pythons
from benchmarks.computing.sides import COMPUTEDFIELDS, SIDES
from benchmarks.counting import environments, place
from benchmarks.counting.inside.servers import greet_postgresql

Say: TypeAlias = Callable[[str], None]

LOOPED: Final = ("create, looped", "update, looped", "save, looped")
RECOVERED: Final = ("create, recover", "update, recover")
BY_CLOCK: Final = (
    "The server's processes cannot be seen here, so some times are by the clock."
)
# Where nothing can be merged; thousands of rows would only take longer.
ALONE: Final = ("create, autocommit", "create, read each")


@dataclass(frozen=True, slots=True)
class Size:
    """
    How much is written.

    Attributes:
        shelves: How many.
        books: How many on each.
        tasks: What is done.
        turns: How often each side has its turn, in a process of its own.
        rounds: How often it is timed in each turn.
    """

    shelves: int
    books: int
    tasks: tuple[str, ...]
    turns: int
    rounds: int

    @property
    def name(self) -> str:
        """As options and the run name it."""
        return f"{self.shelves}x{self.books}"


SMALL: Final = Size(10, 10, (*LOOPED, *ALONE, *RECOVERED, *BULK), turns=2, rounds=5)
MEDIUM: Final = Size(10, 100, (*ALONE, *BULK), turns=2, rounds=2)
LARGE: Final = Size(100, 100, (*LOOPED, *RECOVERED, *BULK), turns=1, rounds=1)
SIZES: Final = (SMALL, MEDIUM, LARGE)


@dataclass(slots=True)
class Outcome:
    """
    What a run found.

    Attributes:
        figures: The lines of the table.
        notes: What could not be measured, and why.
        failed: Whether a side failed at a task, by a wrong value or an error.
        conditions: What the figures depend on.
    """

    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    failed: bool = False
    conditions: dict[str, Any] = field(default_factory=dict)


def run(
    say: Say,
    *,
    sizes: Sequence[Size],
    only: Sequence[str],
    on: Sequence[str],
    without: Sequence[str] = (),
) -> Outcome:
    """
    Measure in worlds of these sizes, wherever it can be done here.

    Args:
        say: Told how it goes.
        sizes: How much is written.
        only: Only tasks with such a word in their name.
        on: Only databases with such a word in their name.
        without: Names of sides that are left out.
    """
    began, outcome = time.monotonic(), Outcome()
    interpreters = pythons(say, outcome.notes.append, without)
    for product, database in _databases(outcome).items():
        if not any(word in product.lower() for word in on):
            continue
        for size in sizes:
            for task in size.tasks:
                if not any(word in task for word in only):
                    continue
                costs = _costs(interpreters, database, task, size, outcome)
                outcome.figures.append(
                    Figure(product, size.shelves, size.books, task, costs)
                )
                took = ", ".join(f"{name} {it}" for name, it in costs.items())
                say(f"{product}, {size.name}: {task}: {took}")
    if any(figure.by_clock for figure in outcome.figures):
        outcome.notes.append(BY_CLOCK)
    outcome.conditions = conditions(began)
    return outcome


def conditions(began: float) -> dict[str, Any]:
    """Return what figures depend on, and how long a run took since it began."""
    shared = environments.versions()
    return {
        **{name: shared[name] for name in ("python", "Django", "psycopg")},
        "peer": COMPUTEDFIELDS.requirement,
        "processors": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "seconds": round(time.monotonic() - began),
    }


def _databases(outcome: Outcome) -> dict[str, dict[str, Any]]:
    databases = {"SQLite": dict(place.IN_MEMORY)}
    server = place.postgresql()
    if reason := greet_postgresql(server):
        outcome.notes.append(f"Without PostgreSQL. {reason}")
    else:
        databases["PostgreSQL"] = server
    return databases


def _costs(
    interpreters: dict[str, Path],
    database: dict[str, Any],
    task: str,
    size: Size,
    outcome: Outcome,
) -> dict[str, Cost]:
    """Return what a task costs each side, measured in turn."""
    found: dict[str, Cost] = {}
    failed: set[str] = set()
    request = {
        "database": database,
        "task": task,
        "shelves": size.shelves,
        "books": size.books,
        "rounds": size.rounds,
    }
    for _ in range(size.turns):
        for name, python in interpreters.items():
            if name in failed:
                continue
            module = "benchmarks.computing.inside"
            try:
                answer = answer_of(SIDES[name], python, module, request)
            except MeasuringError as error:
                failed.add(name)
                outcome.failed = True
                found.pop(name, None)
                outcome.notes.append(f"{SIDES[name].title}, {task}: {error}")
            else:
                cost = found.setdefault(name, Cost(answer["queries"]))
                cost.seconds.extend(answer["seconds"])
                cost.processor.extend(answer["processor"])
    return found
