"""A database that commits and is emptied faster than by Django's flush."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import compress
from typing import TYPE_CHECKING, Final

import pytest
from django.apps import apps
from django.db import connections, transaction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.backends.utils import CursorWrapper

__all__ = ["ALIASES", "committing", "empty", "unchecked"]

ALIASES: Final = ("default", "other")
# The mark of tests that count: within a rolled back transaction nothing is kept.
committing: Final = pytest.mark.django_db(transaction=True, databases=[*ALIASES])
# What tests of this directory fill; the rest belongs to Django.
_APPS: Final = (
    "testapp",
    "computedapp",
    "django_reckon",
    "auth",
    "admin",
    "sessions",
)
# Rows that migrate made, which a test must find.
_KEPT: Final = frozenset({"auth_permission"})


def empty() -> None:
    """
    Delete every row that a test may have left, in both databases.

    A flush truncates each table and runs post_migrate: half a second on PostgreSQL.
    """
    for alias in ALIASES:
        connection = connections[alias]
        if connection.in_atomic_block or not connection.get_autocommit():
            connection.close()
        # Asked before the transaction: SQLite refuses one that reads before it writes
        # while another commits.
        filled = _filled(connection)
        if filled:
            _delete(connection, filled)


def _filled(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the tables that hold rows, by one query: most of them hold none."""
    tables = list(_tables())
    quote = connection.ops.quote_name
    answers = ", ".join(f"EXISTS (SELECT 1 FROM {quote(table)})" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {answers}")
        return list(compress(tables, cursor.fetchone()))


def _delete(connection: BaseDatabaseWrapper, tables: list[str]) -> None:
    with unchecked(connection) as cursor:
        for table in tables:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")


@contextmanager
def unchecked(connection: BaseDatabaseWrapper) -> Iterator[CursorWrapper]:
    """Yield a cursor in a transaction where foreign keys may lead nowhere meanwhile."""
    with (
        connection.constraint_checks_disabled(),
        transaction.atomic(using=connection.alias),
        connection.cursor() as cursor,
    ):
        yield cursor


def _tables() -> Iterator[str]:
    models = [
        model
        for label in _APPS
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
    ]
    # Those that point at others come first, for foreign keys checked at once.
    for model in reversed(models):
        if model._meta.managed and not model._meta.proxy:
            table = model._meta.db_table
            if table not in _KEPT:
                yield table
