"""Databases that refuse to write."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from django.db import connections

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["read_only"]

# How each product makes a session read-only; closing the connection ends it.
_STATEMENTS: Final = {
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "postgresql": "SET default_transaction_read_only = on",
    "sqlite": "PRAGMA query_only = on",
}


@contextmanager
def read_only(alias: str = "default") -> Iterator[None]:
    """Let this thread's connection refuse every write, as a replica's would."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENTS[connection.vendor])
    try:
        yield
    finally:
        connection.close()
