"""Functions for FAST_COUNT_TENANT."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

__all__ = ["broken", "by_connection", "by_context", "current"]

current: Final = ContextVar("current", default="")


def by_context(connection: BaseDatabaseWrapper) -> str:
    """Tell the tenant of this request, thread or task."""
    return current.get()


def by_connection(connection: BaseDatabaseWrapper) -> str:
    """Tell the tenant that the connection was switched to."""
    return str(getattr(connection, "tenant", ""))


def broken(connection: BaseDatabaseWrapper) -> str:
    """Fail, as user code may."""
    raise LookupError("no tenant")
