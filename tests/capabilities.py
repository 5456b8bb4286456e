"""
What tests may ask of the database: the only place in the tests that knows vendors.

``@pytest.mark.needs("row_locks")`` skips where the database has none. Names that the
table below lacks are looked up in Django's ``connection.features``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.backends.base.base import BaseDatabaseWrapper

__all__ = ["CAPABILITIES", "Capability", "has", "missing"]


@dataclass(frozen=True, slots=True)
class Capability:
    """Something a database can do, in words fit for a skip's reason."""

    meaning: str
    is_offered: Callable[[BaseDatabaseWrapper], bool]


def _by(*vendors: str) -> Callable[[BaseDatabaseWrapper], bool]:
    return lambda connection: connection.vendor in vendors


CAPABILITIES: Final[dict[str, Capability]] = {
    "concurrent_writers": Capability(
        "two connections can hold uncommitted writes at once",
        _by("postgresql", "mysql"),
    ),
    "integer_ranges": Capability(
        "an integer column refuses a number that does not fit",
        _by("postgresql", "mysql"),
    ),
    "caseless_keys": Capability(
        "texts that differ in case are the same key",
        _by("mysql"),
    ),
    "row_locks": Capability(
        "SELECT ... FOR UPDATE locks single rows",
        lambda connection: connection.features.has_select_for_update,
    ),
    "gates": Capability(
        "writers can be kept out until a transaction ends",
        _by("postgresql", "mysql"),
    ),
    "pointing_locks": Capability(
        "a foreign key locks the row that it points at",
        _by("mysql"),
    ),
    "begin_modes": Capability(
        "BEGIN says whether the transaction will write",
        _by("sqlite"),
    ),
    "row_estimates": Capability(
        "the planner keeps an estimate of a table's rows",
        _by("postgresql", "mysql"),
    ),
    "plan_estimates": Capability(
        "EXPLAIN tells how many rows a filter is expected to give",
        _by("postgresql", "mysql"),
    ),
    "schemas": Capability(
        "one database holds several schemas, chosen by search_path",
        _by("postgresql"),
    ),
    "set_returning_functions": Capability(
        "a function in the SELECT list may give several rows",
        _by("postgresql"),
    ),
    "text_search": Capability(
        "django.contrib.postgres searches text there",
        _by("postgresql"),
    ),
    "statement_triggers": Capability(
        "a trigger runs once per statement and sees all its rows",
        _by("postgresql"),
    ),
    "truncate": Capability(
        "TRUNCATE empties a table without row triggers",
        _by("postgresql", "mysql"),
    ),
    "read_only_transactions": Capability(
        "a transaction can be opened READ ONLY",
        _by("postgresql", "mysql"),
    ),
    "statement_timeout": Capability(
        "the server cancels a statement that runs too long",
        _by("postgresql", "mysql"),
    ),
    "transactional_ddl": Capability(
        "CREATE and DROP roll back with their transaction",
        lambda connection: connection.features.can_rollback_ddl,
    ),
}


def has(connection: BaseDatabaseWrapper, name: str) -> bool:
    """
    Return whether a database offers one capability.

    Raises:
        LookupError: Neither our table nor Django's features know the name.
    """
    capability = CAPABILITIES.get(name)
    if capability is not None:
        return capability.is_offered(connection)
    if not hasattr(connection.features, name):
        known = ", ".join(sorted(CAPABILITIES))
        raise LookupError(
            f"Capability {name!r} is unknown. Use an attribute of connection.features"
            f" or one of {known}."
        )
    return bool(getattr(connection.features, name))


def missing(connection: BaseDatabaseWrapper, names: tuple[str, ...]) -> str | None:
    """Return why a test cannot run here, or None when it can."""
    for name in names:
        if not has(connection, name):
            capability = CAPABILITIES.get(name)
            meaning = f" ({capability.meaning})" if capability else ""
            return f"needs {name}{meaning}, which {connection.display_name} lacks"
    return None
