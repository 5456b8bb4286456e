"""MariaDB and MySQL."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper
from typing_extensions import override

from django_reckon.ground.vendors.base import Vendor


class MySQL(Vendor):
    """MariaDB 10.11 and later, MySQL 8.4 and later."""

    error_aborts_transaction = False

    @override
    def sees_commits(self, connection: BaseDatabaseWrapper) -> bool:
        level: str | None = getattr(connection, "isolation_level", None)
        return level in {"read committed", "read uncommitted"}
