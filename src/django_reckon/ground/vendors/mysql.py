"""MariaDB and MySQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from typing_extensions import override

from django_reckon.ground.digest import digest
from django_reckon.ground.vendors.base import Vendor

_DEADLOCK: Final = 1213
_LOCK_TIMEOUT: Final = 1205
# The table of the model Gate.
GATES: Final = "django_reckon_gate"
# Where a connection remembers the level its server chose.
_LEVEL: Final = "_reckon_isolation"


class MySQL(Vendor):
    """MariaDB 10.11 and later, MySQL 8.4 and later."""

    error_aborts_transaction = False
    update_from_values: str | None = (
        "UPDATE {table} JOIN ({rows}) AS v ON {same} SET {values}"
    )
    set_prefix = "{table}."
    # The check of a foreign key takes a shared lock on the row that it points at.
    pointing_locks = True
    # InnoDB locks what a statement scans, and a short table is scanned for a list of
    # keys.
    delete_waits_for_others = True
    has_gates = True

    @override
    def is_deadlock(self, error: DatabaseError) -> bool:
        return bool(error.args) and error.args[0] == _DEADLOCK

    @override
    def is_conflict(self, error: DatabaseError) -> bool:
        return bool(error.args) and error.args[0] in {_DEADLOCK, _LOCK_TIMEOUT}

    @override
    def pass_gate(
        self, connection: BaseDatabaseWrapper, name: str, *, alone: bool
    ) -> None:
        # A row of its own: locks by GET_LOCK() outlive the transaction.
        key = digest("gate", name)
        lock = "FOR UPDATE" if alone else "LOCK IN SHARE MODE"
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT 1 FROM `{GATES}` WHERE `name` = %s {lock}",  # noqa: S608
                [key],
            )
            if cursor.fetchone() is None:
                # The first time. IGNORE would take a shared lock, for a deadlock.
                cursor.execute(
                    f"INSERT INTO `{GATES}` (`name`) VALUES (%s)"  # noqa: S608
                    " ON DUPLICATE KEY UPDATE `name` = `name`",
                    [key],
                )

    @override
    def joins_on(self, kind: str) -> bool:
        # Texts in a list have the connection's collation, perhaps not the column's.
        return not kind.startswith(("char", "varchar", "longtext"))

    @override
    def value_rows(self, places: Sequence[str], names: Sequence[str], rows: int) -> str:
        # MariaDB knows VALUES but cannot name its columns, MySQL spells it otherwise.
        named = (f"{p} AS {name}" for p, name in zip(places, names, strict=True))
        others = [f"SELECT {', '.join(places)}"] * (rows - 1)
        return " UNION ALL ".join([f"SELECT {', '.join(named)}", *others])

    @override
    def most_parameters(self, connection: BaseDatabaseWrapper) -> int | None:
        # Every row is a SELECT, and planning them takes memory.
        return 4_000

    @override
    def sees_commits(self, connection: BaseDatabaseWrapper) -> bool:
        level: str | None = getattr(connection, "isolation_level", None)
        if level is None:
            level = _server_level(connection)
        return level in {"read committed", "read uncommitted"}


def _server_level(connection: BaseDatabaseWrapper) -> str:
    """Return the isolation level where Django leaves it to the server."""
    known: str | None = vars(connection).get(_LEVEL)
    if known is None:
        variable = "tx_isolation" if _is_old(connection) else "transaction_isolation"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT /* `reckon` */ @@{variable}")
            known = str(cursor.fetchone()[0]).lower().replace("-", " ")
        vars(connection)[_LEVEL] = known
    return known


def _is_old(connection: Any) -> bool:
    """Tell whether the variable has its old name, in MariaDB before 11.1."""
    return bool(connection.mysql_is_mariadb and connection.mysql_version < (11, 1))
