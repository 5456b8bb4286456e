"""Counting what leaves the process: statements and round trips."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from redis.connection import AbstractConnection

from benchmarks.counting.world.models import TABLE


@dataclass(slots=True)
class Log:
    """What was sent while it was open, by all threads."""

    statements: list[str] = field(default_factory=list)
    commands: int = 0

    @property
    def counts(self) -> int:
        """How many of the statements counted the rows."""
        return sum(
            sql.startswith("SELECT COUNT(") and TABLE in sql for sql in self.statements
        )


# No log is open most of the time: one that nobody reads would grow all the same.
_open: Final[list[Log]] = []


@contextmanager
def logged() -> Iterator[Log]:
    """Keep a log until the end of the block."""
    log = Log()
    _open.append(log)
    try:
        yield log
    finally:
        _open.remove(log)


def install() -> None:
    """Watch every connection this process opens, to databases and to Redis."""
    connection_created.connect(_watch, dispatch_uid="benchmarks")
    send = AbstractConnection.send_packed_command

    def send_counted(self: Any, *args: Any, **kwargs: Any) -> Any:
        # One write to the socket, however many commands are in it.
        for log in _open:
            log.commands += 1
        return send(self, *args, **kwargs)

    AbstractConnection.send_packed_command = send_counted


def _watch(connection: BaseDatabaseWrapper, **_: object) -> None:
    if _note not in connection.execute_wrappers:
        connection.execute_wrappers.append(_note)


def _note(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
) -> Any:
    for log in _open:
        # Appending is atomic; several threads may be at it.
        log.statements.append(sql)
    return execute(sql, params, many, context)
