"""Looking at the SQL that a piece of code runs."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connections
from django.db.backends.signals import connection_created

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import Model

__all__ = ["Statements", "is_update", "on_every_connection", "watched"]

# Runs the statement when called; execute_wrapper() leaves its types open.
Execute = "Callable[..., Any]"


@dataclass
class Statements:
    """The statements that were run, in order."""

    sql: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.sql)

    def __call__(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,
        context: dict[str, Any],
    ) -> Any:
        self.sql.append(sql)
        return execute(sql, params, many, context)

    def clear(self) -> None:
        self.sql.clear()

    def on(self, model: type[Model]) -> list[str]:
        """Return the statements that name the model's table, but to wait for others."""
        return [sql for sql in self.work if model._meta.db_table in sql]

    @property
    def work(self) -> list[str]:
        """Return the statements without those that only wait for other writers."""
        return [sql for sql in self.sql if not _WAITS.search(sql)]

    def counts(self) -> list[str]:
        """Return the statements that counted rows."""
        return [sql for sql in self.sql if is_count(sql)]


# A gate, or the lock of a row that nothing else is read of.
_WAITS = re.compile(
    r"django_reckon_gate|pg_advisory|^SELECT \S+ AS `pk` FROM .* FOR UPDATE$", re.DOTALL
)


def is_count(sql: str) -> bool:
    return sql.startswith("SELECT COUNT(")


def is_update(sql: str) -> bool:
    return re.match(r"(WITH\b.*\)\s*)?UPDATE\b", sql, re.DOTALL) is not None


@contextmanager
def watched(alias: str = "default") -> Iterator[Statements]:
    """Record what this thread runs on that database."""
    statements = Statements()
    with connections[alias].execute_wrapper(statements):
        yield statements


@contextmanager
def on_every_connection(wrapper: Callable[..., Any]) -> Iterator[None]:
    """
    Put an execute wrapper around the statements of every thread.

    Connections that are open keep none, except this thread's own.
    """

    def attach(connection: BaseDatabaseWrapper, **_: object) -> None:
        if wrapper not in connection.execute_wrappers:
            connection.execute_wrappers.append(wrapper)
        wrapped.append(connection)

    wrapped: list[BaseDatabaseWrapper] = []
    connection_created.connect(attach)
    for connection in connections.all():
        attach(connection)
    try:
        yield
    finally:
        connection_created.disconnect(attach)
        for connection in wrapped:
            if wrapper in connection.execute_wrappers:
                connection.execute_wrappers.remove(wrapper)
