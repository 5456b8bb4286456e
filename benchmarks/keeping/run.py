"""One run: every task, of all sides in turn, on PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

from benchmarks.computing.figures import Cost
from benchmarks.computing.processes import MeasuringError, answer_of, pythons
from benchmarks.computing.run import BY_CLOCK, conditions
from benchmarks.computing.sides import COMPUTEDFIELDS, RECKON, SIDES
from benchmarks.counting import place
from benchmarks.counting.inside.servers import greet_postgresql
from benchmarks.keeping.figures import OF_HAND, UNTUNED, Figure, Figures

Say: TypeAlias = Callable[[str], None]
_MODULE: Final = "benchmarks.keeping.inside"


@dataclass(frozen=True, slots=True)
class Effort:
    """
    How much is done.

    Attributes:
        rows: Children and items that are there before.
        lines: Of the four levels; all of them change.
        turns: How often each side has its turn, in a process of its own.
        rounds: How often it is timed in each turn.
    """

    rows: int
    lines: int
    turns: int
    rounds: int


FULL: Final = Effort(rows=100_000, lines=10_000, turns=3, rounds=2)
QUICK: Final = Effort(rows=20_000, lines=2_000, turns=1, rounds=2)
# How many times more rows a command's memory is to bear.
MORE: Final = 3


@dataclass(slots=True)
class Outcome:
    """
    What a run found.

    Attributes:
        figures: All of them.
        notes: What could not be measured, and why.
        failed: Whether a side failed at a task, by a wrong value or an error.
        conditions: What the figures depend on.
    """

    figures: Figures = field(default_factory=Figures)
    notes: list[str] = field(default_factory=list)
    failed: bool = False
    conditions: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Run:
    """Measures; what fails is a note of the outcome."""

    outcome: Outcome
    interpreters: dict[str, Path]
    database: dict[str, Any]
    say: Say
    only: Sequence[str]

    def wants(self, name: str) -> bool:
        """Tell whether a task was asked for."""
        return any(word in name for word in self.only)

    def ask(self, side: str, task: str, rows: int, rounds: int) -> Any:
        """Return the answer of a side's process; None if it fails."""
        request = {
            "database": self.database,
            "task": task,
            "rows": rows,
            "rounds": rounds,
        }
        try:
            return answer_of(SIDES[side], self.interpreters[side], _MODULE, request)
        except MeasuringError as error:
            self.outcome.failed = True
            self.outcome.notes.append(f"{SIDES[side].title}, {task}: {error}")
            return None

    def figure(self, task: str, rows: int, turns: int, rounds: int) -> Figure:
        """Measure a task of all sides in turn."""
        figure, failed = Figure(task, rows), set()
        for _ in range(turns):
            for side in self.interpreters:
                if side in failed:
                    continue
                answer = self.ask(side, task, rows, rounds)
                if answer is None:
                    failed.add(side)
                    figure.costs.pop(side, None)
                    continue
                cost = figure.costs.setdefault(side, Cost(answer["queries"]))
                cost.seconds.extend(answer["seconds"])
                cost.processor.extend(answer["processor"])
                figure.peaks[side] = max(answer["peak"], figure.peaks.get(side, 0))
        took = ", ".join(f"{name} {cost}" for name, cost in figure.costs.items())
        self.say(f"{task}, {rows:,} rows: {took}")
        return figure


def run(say: Say, effort: Effort, only: Sequence[str]) -> Outcome:
    """
    Measure everything that has one of the words in its name.

    Without PostgreSQL nothing is measured, which a note says.
    """
    began, outcome = time.monotonic(), Outcome()
    server = place.postgresql()
    # What other processes of the server took would not be seen.
    server["OPTIONS"] = {"options": "-c max_parallel_workers_per_gather=0"}
    if reason := greet_postgresql(server):
        outcome.notes.append(f"Nothing without PostgreSQL. {reason}")
        return outcome
    interpreters = pythons(say, outcome.notes.append)
    chosen = _Run(outcome, interpreters, server, say, only)
    _measure(chosen, effort)
    figures = outcome.figures
    lines = (*figures.families, *figures.levels, *figures.commands)
    if any(figure.by_clock for figure in lines):
        outcome.notes.append(BY_CLOCK)
    outcome.conditions = conditions(began)
    return outcome


def _measure(chosen: _Run, effort: Effort) -> None:
    figures, turns, rounds = chosen.outcome.figures, effort.turns, effort.rounds
    for task in OF_HAND:
        if chosen.wants(task):
            figures.families.append(chosen.figure(task, effort.rows, turns, rounds))
    if chosen.wants("levels"):
        figures.levels.append(chosen.figure("levels", effort.lines, turns, rounds))
    for task in UNTUNED:
        if chosen.wants(task):
            # Few rounds, for theirs takes half a minute.
            figures.commands.append(chosen.figure(task, effort.rows, 2, 1))
    for task in ("updatedata, fast", "checkdata"):
        if chosen.wants(task):
            figures.commands.append(chosen.figure(task, effort.rows, turns, rounds))
    for task in ("updatedata, fast", "checkdata"):
        if chosen.wants("memory"):
            figures.memory += _memory(chosen, task, effort.rows)
    if chosen.wants("wrapper"):
        answer = chosen.ask(RECKON.name, "wrapper", 0, 0)
        if answer is not None:
            figures.wrapper.update(answer["microseconds"])
            figures.idle = answer["idle"]


def _memory(chosen: _Run, task: str, rows: int) -> list[Figure]:
    """Return the memory of a command, each time in a process of its own."""
    found = []
    for number in (rows, MORE * rows):
        figure = Figure(task, number)
        for side in (RECKON.name, COMPUTEDFIELDS.name):
            if side in chosen.interpreters:
                answer = chosen.ask(side, task, number, 1)
                if answer is not None:
                    figure.peaks[side] = answer["peak"]
        chosen.say(f"memory of {task}, {number:,} rows: {figure.peaks} KiB")
        found.append(figure)
    return found
