"""Where a run measures, and how long."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from benchmarks.counting.setup import SIDES, Setup, Side
from benchmarks.counting.workers import Worker, started

IN_MEMORY: Final = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
ROWS_OF_SERVER: Final = 2_000_000
ROWS_OF_FILE: Final = 20_000


@dataclass(frozen=True, slots=True)
class Effort:
    """
    How much is done.

    Attributes:
        rounds: How often every side is timed, in turn.
        seconds: How long one side is timed in one round.
        crowds: How often our crowds are let go.
        peer_crowds: How often those of others are; they take longer.
        keys: Distinct counts whose memory is measured.
    """

    rounds: int = 15
    seconds: float = 0.1
    crowds: int = 10
    peer_crowds: int = 1
    keys: int = 20_000


FULL: Final = Effort()
QUICK: Final = Effort(rounds=5, seconds=0.03, crowds=3, keys=12_000)


@dataclass(frozen=True, slots=True)
class Place:
    """
    What there is to measure with.

    Attributes:
        pythons: The interpreter of each side that takes part, ours first.
        database: DATABASES["default"] of all of them.
        redis_url: Where Redis is; None when it does not answer.
        effort: How much is done.
    """

    pythons: dict[str, Path]
    database: dict[str, Any]
    redis_url: str | None
    effort: Effort

    @property
    def has_postgresql(self) -> bool:
        """Whether many callers can count at once."""
        return str(self.database["ENGINE"]).endswith("postgresql")

    @property
    def rows(self) -> int:
        """How many rows are counted; on a server enough to be slow."""
        return ROWS_OF_SERVER if self.has_postgresql else ROWS_OF_FILE

    @property
    def caches(self) -> list[str]:
        """The caches that answer."""
        return ["locmem", "redis"] if self.redis_url else ["locmem"]

    def sides(self, cache: str) -> list[Side]:
        """Return who takes part with that cache, ours first."""
        found = [SIDES[name] for name in self.pythons]
        return [side for side in found if cache in side.caches]

    def in_memory(self) -> Place:
        """Return the same with an empty database in each process."""
        return replace(self, database=dict(IN_MEMORY))

    def start(self, side: Side, cache: str) -> AbstractContextManager[Worker]:
        """Start a process of a side."""
        setup = Setup(side.name, cache, self.database, self.redis_url or "")
        return started(self.pythons[side.name], setup)


def postgresql() -> dict[str, Any]:
    """Return the settings of the server that libpq's variables name."""
    env = os.environ.get
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "reckon_bench",
        "HOST": env("PGHOST") or "127.0.0.1",
        "PORT": env("PGPORT") or "5432",
        "USER": env("PGUSER") or "postgres",
        "PASSWORD": env("PGPASSWORD") or "",
    }


def sqlite(directory: Path) -> dict[str, Any]:
    """Return the settings of a database in a file, for want of a server."""
    path = str(directory / "benchmark.sqlite3")
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": path}


def redis_url() -> str:
    """Return where Redis is expected; a number that few programs use."""
    env = os.environ.get
    host, port = env("REDIS_HOST") or "127.0.0.1", env("REDIS_PORT") or "6379"
    return f"redis://{host}:{port}/9"
