"""MariaDB and MySQL."""

from __future__ import annotations

from django_reckon.ground.vendors.base import Vendor


class MySQL(Vendor):
    """MariaDB 10.11 and later, MySQL 8.4 and later."""

    error_aborts_transaction = False
