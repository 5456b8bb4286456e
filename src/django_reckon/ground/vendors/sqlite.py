"""SQLite."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper
from typing_extensions import override

from django_reckon.ground.vendors.base import Vendor


class SQLite(Vendor):
    """SQLite 3.37 and later."""

    error_aborts_transaction = False
    # A list of values has no names of its own in SQLite.
    update_from_values = (
        "WITH v ({names}) AS (VALUES {rows}) UPDATE {table} SET {values} FROM v "
        "WHERE {same}"
    )

    @override
    def serves_threads(self, connection: BaseDatabaseWrapper) -> bool:
        name = str(connection.settings_dict["NAME"])
        return ":memory:" not in name and "mode=memory" not in name
