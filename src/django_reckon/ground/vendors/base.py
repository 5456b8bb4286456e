"""Capabilities that every vendor answers for."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper


class Vendor:
    """A database product; the defaults are those that can do no harm."""

    # A failed statement makes the rest of its transaction unusable.
    error_aborts_transaction: bool = True

    def tenant(self, connection: BaseDatabaseWrapper) -> str:
        """Return what else decides which rows a table name means; runs no query."""
        return ""

    def sees_commits(self, connection: BaseDatabaseWrapper) -> bool:
        """
        Tell whether a statement sees what others committed since its transaction began.

        Asked with that transaction open; one at REPEATABLE READ, say, does not.
        """
        return False

    def serves_threads(self, connection: BaseDatabaseWrapper) -> bool:
        """Tell whether a second connection sees the same rows as this one."""
        return True
