"""What databases differ in, one file each."""

from __future__ import annotations

from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

from django_reckon.ground.vendors.base import Vendor
from django_reckon.ground.vendors.mysql import MySQL
from django_reckon.ground.vendors.postgresql import PostgreSQL
from django_reckon.ground.vendors.sqlite import SQLite

__all__ = ["Vendor", "vendor_of"]

_VENDORS: Final[dict[str, Vendor]] = {
    "mysql": MySQL(),
    "postgresql": PostgreSQL(),
    "sqlite": SQLite(),
}
_UNKNOWN: Final = Vendor()


def vendor_of(connection: BaseDatabaseWrapper) -> Vendor:
    """Return the vendor's capabilities; cautious ones for a database we do not know."""
    return _VENDORS.get(connection.vendor, _UNKNOWN)
