"""MariaDB and MySQL."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.backends.base.base import BaseDatabaseWrapper
from typing_extensions import override

from django_reckon.ground.vendors.base import Vendor


class MySQL(Vendor):
    """MariaDB 10.11 and later, MySQL 8.4 and later."""

    error_aborts_transaction = False
    update_from_values = "UPDATE {table} JOIN ({rows}) AS v ON {same} SET {values}"
    set_prefix = "{table}."

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
        return level in {"read committed", "read uncommitted"}
