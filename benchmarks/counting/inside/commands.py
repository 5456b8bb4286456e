"""What a process can be asked to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from benchmarks.counting.inside import (
    crowd,
    database,
    growth,
    servers,
    statements,
    stores,
    timing,
    tracing,
)
from benchmarks.counting.world import cases

tracing.install()

# Whatever they return can be written as JSON, hence Any.
COMMANDS: Final[dict[str, Callable[..., Any]]] = {
    "cold_processes": crowd.cold_processes,
    "cold_threads": crowd.cold_threads,
    "count": cases.count_all,
    "delete_keys": stores.delete_keys,
    "due_processes": crowd.due_processes,
    "forget": stores.forget,
    "greet_postgresql": servers.greet_postgresql,
    "greet_redis": servers.greet_redis,
    "grow": growth.grow,
    "migrate": database.migrate,
    "prepare": database.prepare,
    "round_trips": statements.round_trips,
    "stored_miss": statements.stored_miss,
    "table_hit": statements.table_hit,
    "time_hit": timing.time_hit,
    "time_once": timing.time_once,
}
