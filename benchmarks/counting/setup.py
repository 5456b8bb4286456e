"""Who takes part, and what their processes are told when they start."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from typing import Any, Final

VARIABLE: Final = "RECKON_BENCH"
# Begins every key that a run writes to Redis, so that it deletes no others.
KEY_PREFIX: Final = "reckon_bench"
# The model that libraries with a list of models are told of.
_MODEL: Final = "world.row"
_TEN_MINUTES: Final = 600


@dataclass(frozen=True, slots=True)
class Side:
    """
    One library.

    Attributes:
        name: As options and JSON show it.
        title: As the table shows it.
        requirement: What pip installs for it; None for the source beside this file.
        apps: What it needs in INSTALLED_APPS.
        adapter: Module in `adapters` that knows its insides.
        caches: Which of our caches it can use.
        options: Its own settings.
        keeps_rows: It has a second tier in the database.
        precaches: It counts ahead of its callers.
    """

    name: str
    title: str
    requirement: str | None
    apps: tuple[str, ...]
    adapter: str = "plain"
    caches: tuple[str, ...] = ("locmem", "redis")
    options: dict[str, Any] = field(default_factory=dict)
    keeps_rows: bool = False
    precaches: bool = False


RECKON: Final = Side(
    name="reckon",
    title="reckon",
    requirement=None,
    apps=("django_reckon",),
    adapter="reckon",
    options={
        "FAST_COUNT_DISPATCHER": "benchmarks.counting.adapters.reckon"
        ".RecordingDispatcher"
    },
    keeps_rows=True,
    precaches=True,
)
FAST_COUNT: Final = Side(
    name="fast-count",
    title="fast-count",
    requirement="django-fast-count==0.1.11",
    apps=("django_fast_count",),
    adapter="fast_count",
    keeps_rows=True,
    precaches=True,
)
CACHEOPS: Final = Side(
    name="cacheops",
    title="cacheops",
    requirement="django-cacheops==7.2",
    apps=("cacheops",),
    caches=("redis",),
    options={"CACHEOPS": {_MODEL: {"ops": ["count"], "timeout": _TEN_MINUTES}}},
)
CACHALOT: Final = Side(
    name="cachalot",
    title="cachalot",
    requirement="django-cachalot==2.9.1",
    apps=("cachalot",),
    options={"CACHALOT_TIMEOUT": _TEN_MINUTES},
)
SIDES: Final = {side.name: side for side in (RECKON, FAST_COUNT, CACHEOPS, CACHALOT)}


@dataclass(frozen=True, slots=True)
class Setup:
    """
    What one process runs with.

    Attributes:
        side_name: Whose process it is.
        cache: "locmem", "redis", "dummy", or "memory": django-reckon's own memory of
            a process, before a dummy.
        database: DATABASES["default"].
        redis_url: Where Redis is, database number included.
    """

    side_name: str
    cache: str
    database: dict[str, Any]
    redis_url: str

    @property
    def side(self) -> Side:
        """Whose process it is."""
        return SIDES[self.side_name]

    @property
    def key_prefix(self) -> str:
        """What this side's keys in Redis begin with."""
        return f"{KEY_PREFIX}:{self.side_name}"

    def as_environment(self) -> dict[str, str]:
        """Return the variables that from_environment() reads."""
        return {
            VARIABLE: json.dumps(asdict(self)),
            "DJANGO_SETTINGS_MODULE": "benchmarks.counting.settings",
        }

    @classmethod
    def from_environment(cls) -> Setup:
        """Return what this process was started with."""
        return cls(**json.loads(os.environ[VARIABLE]))
