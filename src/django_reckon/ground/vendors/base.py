"""Capabilities that every vendor answers for."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper


class Vendor:
    """A database product; the defaults are those that can do no harm."""

    # A failed statement makes the rest of its transaction unusable.
    error_aborts_transaction: bool = True
    # Updates rows from a list of values named v; None where we know no such statement.
    # {table} is quoted, {rows} comes from value_rows().
    update_from_values: str | None = None
    # The same from one list for each column, {places}; None where no list is a value.
    update_from_lists: str | None = None
    # Pointing at a row holds it, so that its own values can hardly be written after.
    pointing_locks: bool = False
    # A delete waits for every row that it looks at, also for those it will not take.
    delete_waits_for_others: bool = False
    # Whether pass_gate() does anything.
    has_gates: bool = False
    # What stands before a column that such a statement sets.
    set_prefix: str = ""

    def tenant(self, connection: BaseDatabaseWrapper) -> str:
        """Return what else decides which rows a table name means; runs no query."""
        return ""

    def sees_commits(self, connection: BaseDatabaseWrapper) -> bool:
        """
        Tell whether a statement sees what others committed since its transaction began.

        Asked with that transaction open; one at REPEATABLE READ, say, does not.
        """
        return False

    def to_write(
        self, connection: BaseDatabaseWrapper
    ) -> AbstractContextManager[object]:
        """Let a transaction that begins in the block be sure of its right to write."""
        return nullcontext()

    def is_deadlock(self, error: DatabaseError) -> bool:
        """Tell whether the database ended the transaction to resolve a deadlock."""
        return False

    def is_conflict(self, error: DatabaseError) -> bool:
        """Tell whether another transaction is the reason, and no value that we sent."""
        return self.is_deadlock(error)

    def pass_gate(
        self, connection: BaseDatabaseWrapper, name: str, *, alone: bool
    ) -> None:
        """
        Wait at a gate that whoever passes alone closes until the transaction ends.

        The others pass together.
        """

    def cast_type(self, kind: str) -> str:
        """Return a column type such that a cast to it alters no value."""
        return kind

    def typed_place(self, kind: str) -> str:
        """Return the placeholder of a value of a column type, in a list of values."""
        return "%s"

    def list_place(self, kind: str) -> str | None:
        """Return the placeholder of a list of values of a type; None for none such."""
        return None

    def joins_on(self, kind: str) -> bool:
        """Tell whether values of a column type can be compared with those in a list."""
        return True

    def value_rows(self, places: Sequence[str], names: Sequence[str], rows: int) -> str:
        """Return a list of rows of such places, as it stands in the statement."""
        return ", ".join([f"({', '.join(places)})"] * rows)

    def most_parameters(self, connection: BaseDatabaseWrapper) -> int | None:
        """Return how many values one statement takes; None for no limit."""
        return connection.features.max_query_params

    def serves_threads(self, connection: BaseDatabaseWrapper) -> bool:
        """Tell whether a second connection sees the same rows as this one."""
        return True
