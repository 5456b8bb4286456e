"""Waiting for background precaching, and the settings its processes need."""

from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import connections

from tests.support.database import ALIASES

if TYPE_CHECKING:
    import pytest

__all__ = ["PATIENCE", "join_precache_threads", "join_threads", "lend_databases"]

# Seconds after which a test gives up; long, for the machine may be busy.
PATIENCE: Final = 60.0


def join_precache_threads() -> list[str]:
    """Return the names of the threads that precached, all of them ended."""
    return join_threads("precache ")


def join_threads(prefix: str) -> list[str]:
    """Return the names of the threads that begin so, all of them ended."""
    threads = [each for each in threading.enumerate() if each.name.startswith(prefix)]
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive(), f"{thread.name} does not end"
    return [thread.name for thread in threads]


def lend_databases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let child processes work on the test databases of this one."""
    databases = {
        alias: {
            key: value
            for key, value in connections[alias].settings_dict.items()
            if key not in {"TEST", "TIME_ZONE"}
        }
        for alias in ALIASES
    }
    monkeypatch.setenv("RECKON_CHILD_DATABASES", json.dumps(databases))
    monkeypatch.setenv("RECKON_CHILD_CACHES", json.dumps(settings.CACHES))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "tests.support.child_settings")
    monkeypatch.setitem(os.environ, "PYTHONWARNINGS", "error")
