"""PostgreSQL."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper
from typing_extensions import override

from django_reckon.ground.vendors.base import Vendor

# libpq's connection option, e.g. "-c search_path=tenant1,public".
_SEARCH_PATH: Final = re.compile(r"search_path\s*=\s*((?:\\.|[^\s\\])+)")


class PostgreSQL(Vendor):
    """PostgreSQL 15 and later."""

    @override
    def tenant(self, connection: BaseDatabaseWrapper) -> str:
        """
        Return the search_path as configured on the connection.

        Packages that switch schemas by request keep the current one in the
        connection's schema_name; it counts as well.
        """
        options = connection.settings_dict["OPTIONS"].get("options") or ""
        schema = getattr(connection, "schema_name", None) or ""
        return f"{schema}|{_search_path(options)}" if schema or options else ""


@lru_cache(maxsize=64)
def _search_path(options: str) -> str:
    found = _SEARCH_PATH.findall(options)
    return found[-1] if found else ""
