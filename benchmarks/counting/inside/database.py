"""The database that everybody counts in."""

from __future__ import annotations

from typing import Final

from django.core.management import call_command
from django.db import connection

from benchmarks.counting.world.models import TABLE

_CREATE: Final = f"""
    CREATE {{kind}} TABLE {TABLE} (
        id {{key}} PRIMARY KEY,
        flag boolean NOT NULL,
        kind varchar(10) NOT NULL,
        number integer NOT NULL,
        section integer NOT NULL,
        made date NOT NULL
    )
"""
_FILL_POSTGRESQL: Final = f"""
    INSERT INTO {TABLE}
    SELECT n, n %% 3 = 0, 'k' || (n %% 7), n %% 1000, n %% 50,
        date '2020-01-01' + (n %% 1500)
    FROM generate_series(1, %s) AS n
"""
_FILL_SQLITE: Final = f"""
    INSERT INTO {TABLE}
    WITH RECURSIVE series(n) AS (
        SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < %s
    )
    SELECT n, n %% 3 = 0, 'k' || (n %% 7), n %% 1000, n %% 50,
        date('2020-01-01', '+' || (n %% 1500) || ' days')
    FROM series
"""


def prepare(rows: int) -> None:
    """Make the table of that many rows, unless it is there; drop all others."""
    tables = set(connection.introspection.table_names())
    if TABLE in tables and _has_rows(rows):
        tables.remove(TABLE)
    for table in tables:
        _run(f"DROP TABLE {connection.ops.quote_name(table)} CASCADE")
    if TABLE not in connection.introspection.table_names():
        _make(rows)


def migrate() -> None:
    """Make the tables of this side."""
    call_command("migrate", verbosity=0)


def _has_rows(rows: int) -> bool:
    """Count them, for a crash of the server empties an unlogged table."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {TABLE}")
        return bool(cursor.fetchone() == (rows,))


def _make(rows: int) -> None:
    if connection.vendor == "postgresql":
        _run(_CREATE.format(kind="UNLOGGED", key="bigint"))
        _run(_FILL_POSTGRESQL, rows)
        _run(f"VACUUM ANALYZE {TABLE}")
    else:
        _run(_CREATE.format(kind="", key="integer"))
        _run(_FILL_SQLITE, rows)


def _run(sql: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
