"""
Which database and cache the tests run on, as the environment says it.

Free of Django, so that the pytest plugin, the runner and the settings can all read it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Final, Literal, cast, get_args

__all__ = [
    "CACHE_VARIABLE",
    "DATABASE_VARIABLE",
    "EXAMPLES_VARIABLE",
    "RUN_VARIABLE",
    "Address",
    "CacheName",
    "DatabaseName",
    "address_of",
    "chosen_cache",
    "chosen_database",
    "examples",
    "in_ci",
    "redis_number",
    "run_suffix",
]

DatabaseName = Literal["sqlite", "postgresql", "mariadb"]
CacheName = Literal["locmem", "redis"]

DATABASE_VARIABLE: Final = "RECKON_DB"
CACHE_VARIABLE: Final = "RECKON_CACHE"
# How many examples the longest property test tries, for a soak.
EXAMPLES_VARIABLE: Final = "RECKON_EXAMPLES"
# Tells runs on one machine apart; the plugin sets it once, workers inherit it.
RUN_VARIABLE: Final = "RECKON_RUN"

# Redis offers 16 numbers unless told otherwise (redis.conf, "databases 16"); 0 is where
# other programs live.
_REDIS_NUMBERS: Final = 15


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens and who we are there."""

    host: str
    port: int
    user: str = ""
    password: str = ""


def chosen_database() -> DatabaseName:
    """Return the database under test, sqlite unless RECKON_DB says otherwise."""
    name = os.environ.get(DATABASE_VARIABLE) or "sqlite"
    if name not in get_args(DatabaseName):
        raise _unknown(DATABASE_VARIABLE, name, get_args(DatabaseName))
    return cast("DatabaseName", name)


def chosen_cache() -> CacheName:
    """Return the cache under test, locmem unless RECKON_CACHE says otherwise."""
    name = os.environ.get(CACHE_VARIABLE) or "locmem"
    if name not in get_args(CacheName):
        raise _unknown(CACHE_VARIABLE, name, get_args(CacheName))
    return cast("CacheName", name)


def address_of(server: Literal["postgresql", "mariadb", "redis"]) -> Address:
    """Return where a server is expected, by the variables its own clients read."""
    env = os.environ.get
    if server == "postgresql":
        return Address(
            host=env("PGHOST") or "127.0.0.1",
            port=int(env("PGPORT") or 5432),
            user=env("PGUSER") or "postgres",
            password=env("PGPASSWORD") or "",
        )
    if server == "mariadb":
        return Address(
            host=env("MYSQL_HOST") or "127.0.0.1",
            port=int(env("MYSQL_TCP_PORT") or 3306),
            user=env("MYSQL_USER") or "root",
            password=env("MYSQL_PWD") or "",
        )
    return Address(
        host=env("REDIS_HOST") or "127.0.0.1",
        port=int(env("REDIS_PORT") or 6379),
    )


def in_ci() -> bool:
    """Return whether a missing server is a failure instead of a skip."""
    return os.environ.get("CI") == "true"


def examples(*, ci: int, quick: int) -> int:
    """Return how many examples to try; RECKON_EXAMPLES overrules both numbers."""
    chosen = os.environ.get(EXAMPLES_VARIABLE)
    if not chosen:
        return ci if in_ci() else quick
    if not chosen.isdecimal() or int(chosen) < 1:
        raise ValueError(
            f"{EXAMPLES_VARIABLE} is {chosen!r}. Give a number of examples, 10000 say."
        )
    return int(chosen)


def run_suffix() -> str:
    """Return what keeps this run's databases apart from those of another run."""
    run = os.environ.get(RUN_VARIABLE)
    return f"_{run}" if run else ""


def redis_number() -> int:
    """Return this process's Redis database, 1 to 15, its own for each xdist worker."""
    run = int(os.environ.get(RUN_VARIABLE) or 0)
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return 1 + (run + worker) % _REDIS_NUMBERS


def _unknown(variable: str, found: str, expected: tuple[str, ...]) -> ValueError:
    return ValueError(f"{variable} is {found!r}. Use one of {', '.join(expected)}.")
