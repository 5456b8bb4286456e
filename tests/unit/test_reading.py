"""Which statements may read a stale column; when in doubt, all of them."""

from __future__ import annotations

import pytest

from django_reckon.computed.strategies.reading import StaleColumns, _table

STALE = StaleColumns(
    '"',
    (
        _table('"shop_shelf"', "shop_shelf", ["Total", "size"]),
        _table('"report"', "report", None),
    ),
)

READ: list[str | bytes] = [
    'SELECT "shop_shelf"."id", "shop_shelf"."total" FROM "shop_shelf"',
    'SELECT COUNT(*) FROM "shop_shelf"',
    'UPDATE "shop_shelf" SET "size" = "size" + 1',
    'SELECT U0."total" FROM "SHOP_SHELF" U0',
    'INSERT INTO "log" ("n") SELECT "total" FROM "shop_shelf"',
    'SELECT "id" FROM "report"',
    'SELECT * FROM "book" JOIN shop_shelf ON true',
    "SELECT total FROM shop_shelf",
    'SELECT max(total) FROM "shop_shelf"',
    'SELECT 1 AS "a" FROM "shop_shelf" WHERE (shop_shelf.TOTAL > 5)',
    "SELECT refresh_everything()",
    b"COPY shop_shelf TO STDOUT",
]
NOT_READ = [
    'SELECT "shop_shelf"."id", "shop_shelf"."label" FROM "shop_shelf"',
    'SELECT "shop_shelf"."subtotal", "total_of_it" FROM "shop_shelf"',
    'SELECT "shop_book"."total" FROM "shop_book"',
    'DELETE FROM "shop_shelf" WHERE "shop_shelf"."id" IN (1)',
    'UPDATE "shop_shelf" SET "label" = %s',
    'INSERT INTO "shop_shelf" ("total") VALUES (1)',
    'SAVEPOINT "s"',
    "RELEASE SAVEPOINT s",
    "ROLLBACK TO SAVEPOINT s",
]


@pytest.mark.parametrize("sql", READ)
def test_statement_may_read_what_is_stale(sql: object) -> None:
    assert STALE.are_read_by(sql)


@pytest.mark.parametrize("sql", NOT_READ)
def test_statement_reads_nothing_that_is_stale(sql: str) -> None:
    assert not STALE.are_read_by(sql)
