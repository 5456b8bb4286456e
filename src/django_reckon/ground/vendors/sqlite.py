"""SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from typing_extensions import override

from django_reckon.ground.vendors.base import Vendor


class SQLite(Vendor):
    """SQLite 3.37 and later."""

    error_aborts_transaction = False
    # A list of values has no names of its own in SQLite.
    update_from_values: str | None = (
        "WITH v ({names}) AS (VALUES {rows}) UPDATE {table} SET {values} FROM v "
        "WHERE {same}"
    )

    @override
    @contextmanager
    def to_write(self, connection: BaseDatabaseWrapper) -> Iterator[None]:
        # One that reads first cannot wait for its turn to write.
        wrapper: Any = connection
        before = wrapper.transaction_mode
        wrapper.transaction_mode = before or "IMMEDIATE"
        try:
            yield
        finally:
            wrapper.transaction_mode = before

    @override
    def is_conflict(self, error: DatabaseError) -> bool:
        return "is locked" in str(error)

    @override
    def serves_threads(self, connection: BaseDatabaseWrapper) -> bool:
        name = str(connection.settings_dict["NAME"])
        return ":memory:" not in name and "mode=memory" not in name
