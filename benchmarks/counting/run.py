"""One run: find what there is, prepare it, measure."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from benchmarks.counting import crowds, environments, growth, hits, place
from benchmarks.counting.figures import Figure
from benchmarks.counting.place import Effort, Place
from benchmarks.counting.setup import KEY_PREFIX, RECKON, SIDES, Side
from benchmarks.counting.workers import WorkerError

Say: TypeAlias = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What a run found.

    Attributes:
        figures: The lines of the table.
        notes: What could not be measured, and why.
        conditions: What the figures depend on.
    """

    figures: list[Figure]
    notes: list[str]
    conditions: dict[str, Any]


def run(effort: Effort, directory: Path, say: Say) -> Outcome:
    """Measure everything that can be measured here; files go to the directory."""
    began = time.monotonic()
    notes: list[str] = []

    def note(text: str) -> None:
        notes.append(text)
        say(text)

    found = _with_peers(_prepared(_found(effort, directory, note), say), say, note)
    figures = _measured(found, say)
    _clean(found)
    return Outcome(figures, notes, _conditions(found, time.monotonic() - began))


def _found(effort: Effort, directory: Path, note: Say) -> Place:
    """Return our side alone, with the servers that answer."""
    database, redis_url = place.postgresql(), place.redis_url()
    alone = Place({RECKON.name: Path(sys.executable)}, place.IN_MEMORY, None, effort)
    with alone.start(RECKON, "locmem") as worker:
        no_postgresql = worker.ask("greet_postgresql", database=database)
        no_redis = worker.ask("greet_redis", url=redis_url)
    if no_postgresql:
        note(f"No PostgreSQL, so SQLite and no crowds. {no_postgresql}")
        database = place.sqlite(directory)
    if no_redis:
        note(f"No Redis. {no_redis}")
    return replace(alone, database=database, redis_url=None if no_redis else redis_url)


def _prepared(found: Place, say: Say) -> Place:
    """Fill the table and empty everything else."""
    say(f"Preparing {found.rows:,} rows ...")
    with found.start(RECKON, "locmem") as worker:
        worker.ask("prepare", rows=found.rows)
        worker.ask("migrate")
    return found


def _with_peers(found: Place, say: Say, note: Say) -> Place:
    """Add the peers that can be installed and count here."""
    for side in SIDES.values():
        if side is RECKON:
            continue
        try:
            python = environments.interpreter(side, say)
            joined = replace(found, pythons={**found.pythons, side.name: python})
            _try(joined, side)
        except (environments.NoEnvironmentError, WorkerError) as error:
            note(f"Without {side.requirement}. {error}")
        else:
            found = joined
    return found


def _try(found: Place, side: Side) -> None:
    """Make the tables of a side and count once with each cache it can use."""
    for cache in found.caches:
        if cache in side.caches:
            with found.start(side, cache) as worker:
                worker.ask("migrate")
                worker.ask("count")


def _measured(found: Place, say: Say) -> list[Figure]:
    say("Timing hits ...")
    figures = hits.measure(found)
    if found.has_postgresql:
        say("Letting crowds go ...")
        figures += crowds.measure(found)
    say("Counting bytes ...")
    return [*figures, *growth.measure(found)]


def _clean(found: Place) -> None:
    """Leave nothing in Redis."""
    if found.redis_url is not None:
        with found.start(RECKON, "redis") as worker:
            worker.ask("delete_keys", redis_url=found.redis_url, prefix=KEY_PREFIX)


def _conditions(found: Place, seconds: float) -> dict[str, Any]:
    return {
        **environments.versions(),
        "database": "PostgreSQL" if found.has_postgresql else "SQLite",
        "rows": found.rows,
        "processors": os.cpu_count(),
        "rounds": found.effort.rounds,
        "seconds": round(seconds, 1),
    }
