"""PostgreSQL."""

from __future__ import annotations

import re
from typing import Any, Final

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from typing_extensions import override

from django_reckon.ground.digest import digest
from django_reckon.ground.vendors.base import Vendor

_DEADLOCK: Final = "40P01"
# The others are a serialization failure, and a lock not available in time.
_CONFLICTS: Final = frozenset({_DEADLOCK, "40001", "55P03"})

# Types of which a driver makes a list without fail. An array is none: unnest() takes
# arrays in arrays apart as well.
_LISTED: Final = frozenset(
    {
        "bigint",
        "boolean",
        "bytea",
        "date",
        "double precision",
        "inet",
        "integer",
        "interval",
        "jsonb",
        "numeric",
        "smallint",
        "text",
        "time",
        "timestamp with time zone",
        "uuid",
        "varchar",
    }
)
# What stands in parentheses behind the name of a type.
_SIZE: Final = re.compile(r"\([^)]*\)")


class PostgreSQL(Vendor):
    """PostgreSQL 15 and later."""

    has_gates = True
    update_from_values: str | None = (
        "UPDATE {table} SET {values} FROM (VALUES {rows}) AS v ({names}) WHERE {same}"
    )

    update_from_lists: str | None = (
        "UPDATE {table} SET {values} FROM unnest({places}) AS v ({names}) WHERE {same}"
    )

    @override
    def is_deadlock(self, error: DatabaseError) -> bool:
        return _code(error) == _DEADLOCK

    @override
    def is_conflict(self, error: DatabaseError) -> bool:
        return _code(error) in _CONFLICTS

    @override
    def pass_gate(
        self, connection: BaseDatabaseWrapper, name: str, *, alone: bool
    ) -> None:
        lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
        key = int(digest("gate", name)[:16], 16) - 2**63
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {lock}(%s)", [key])

    @override
    def cast_type(self, kind: str) -> str:
        # A cast cuts what is too long, which the column itself refuses.
        return _SIZE.sub("", kind)

    @override
    def typed_place(self, kind: str) -> str:
        # A list of NULLs, or of texts, would be of type text.
        return f"%s::{self.cast_type(kind)}"

    @override
    def list_place(self, kind: str) -> str | None:
        bare = self.cast_type(kind)
        return f"%s::{bare}[]" if bare in _LISTED else None

    @override
    def most_parameters(self, connection: BaseDatabaseWrapper) -> int | None:
        # The protocol counts them in 16 bits; drivers that bind here have no limit.
        return 65_535

    @override
    def tenant(self, connection: BaseDatabaseWrapper) -> str:
        """
        Return what decides the search_path as configured on the connection.

        libpq's option can be spelt in many ways, so all of it is taken. Packages that
        switch schemas by request keep the current one in schema_name.
        """
        options = connection.settings_dict["OPTIONS"].get("options") or ""
        schema = getattr(connection, "schema_name", None) or ""
        return f"{schema}|{options}" if schema or options else ""

    @override
    def sees_commits(self, connection: BaseDatabaseWrapper) -> bool:
        level = getattr(connection, "isolation_level", None)
        return getattr(level, "name", None) in {"READ_COMMITTED", "READ_UNCOMMITTED"}


def _code(error: DatabaseError) -> str | None:
    """Return the SQLSTATE, which the drivers' versions keep in different places."""
    cause: Any = error.__cause__
    code: str | None = getattr(cause, "sqlstate", None) or getattr(
        cause, "pgcode", None
    )
    return code
