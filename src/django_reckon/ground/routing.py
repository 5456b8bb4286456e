"""
Reads that must see what was just written, in projects that read from replicas.

A router that sends every reader to a replica also sends the functions of computed
fields there; the replica lags, and what they return is wrong. While they run, a router
of our own answers before the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from django.db import router
from django.db.models import Model

_alias: Final[ContextVar[str | None]] = ContextVar("reckon_reading_from", default=None)


@contextmanager
def reading_from(alias: str) -> Iterator[None]:
    """
    Read from a database what is written there, whatever the project's routers say.

    Models whose rows are written to another database are read as ever.

    Cost:
        Nothing, in projects without routers.
    """
    if not router.routers:
        yield
        return
    if _OURS not in router.routers:
        # Not once for all: a test that overrides the setting makes them anew.
        router.routers.insert(0, _OURS)
    before = _alias.set(alias)
    try:
        yield
    finally:
        _alias.reset(before)


class _Router:
    """Has an opinion only while somebody reads from a database of his."""

    # Any: hints are whatever the caller knows.
    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        """Return the database that the rows would be written to, if it is that one."""
        alias = _alias.get()
        if alias is None:
            return None
        home = router.db_for_write(model, **hints)
        if home == alias:
            return alias
        instance = hints.get("instance")
        if not isinstance(instance, Model) or instance._state.db != alias:
            return None
        # A row that using() took elsewhere has its relatives there.
        usual = router.db_for_write(type(instance), instance=instance)
        return alias if usual == home else None


_OURS: Final = _Router()
