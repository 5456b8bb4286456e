"""
What was worked out for the statements of a connection.

It hangs on the connection, for nearly everything that a compiler does asks it: its
product, its settings, the version of its server.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

_ATTRIBUTE = "_reckon_statements"
# Replaced by forget(); whatever was kept for another one is out of date.
_era = object()


def kept(connection: BaseDatabaseWrapper) -> dict[Hashable, Any]:
    """
    Return what the users of this module keep for a connection, to read and to add to.

    Any: each knows what it put under its own names.
    """
    era, found = vars(connection).get(_ATTRIBUTE, (None, None))
    if era is not _era:
        found = {}
        vars(connection)[_ATTRIBUTE] = (_era, found)
    there: dict[Hashable, Any] = found
    return there


def forget() -> None:
    """Let everything be worked out again, on every connection."""
    global _era
    _era = object()
