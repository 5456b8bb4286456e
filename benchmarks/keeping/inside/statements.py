"""SQL by hand: what fills the tables, keeps their sums, and finds wrong ones."""

from __future__ import annotations

from typing import Final

from django.db import connection

_CLEAR: Final = "TRUNCATE world_{0} RESTART IDENTITY CASCADE"
_FILL_FAMILIES: Final = (
    _CLEAR.format("parent"),
    (
        "INSERT INTO world_parent (name, total, number)"
        " SELECT 'parent ' || n, 0, 0 FROM generate_series(1, %(parents)s) n"
    ),
    (
        "INSERT INTO world_child (parent_id, amount, note)"
        " SELECT 1 + n %% %(parents)s, n %% 97, 'child ' || n"
        " FROM generate_series(1, %(rows)s) n"
    ),
)
_FILL_ORDERS: Final = (
    _CLEAR.format("region"),
    "INSERT INTO world_region (total) SELECT 0 FROM generate_series(1, %(regions)s) n",
    (
        "INSERT INTO world_customer (region_id, total) SELECT 1 + n %% %(regions)s, 0"
        " FROM generate_series(1, %(customers)s) n"
    ),
    (
        "INSERT INTO world_order (customer_id, total) SELECT 1 + n %% %(customers)s, 0"
        " FROM generate_series(1, %(orders)s) n"
    ),
    (
        "INSERT INTO world_line (order_id, price, quantity, cost)"
        " SELECT 1 + n %% %(orders)s, n %% 97, n %% 7, 0"
        " FROM generate_series(1, %(rows)s) n"
    ),
)
_FILL_ITEMS: Final = (
    _CLEAR.format("item"),
    # A cost of -1 is wrong in every row.
    (
        "INSERT INTO world_item (name, price, quantity, cost)"
        " SELECT 'item ' || n, n %% 97, n %% 7,"
        " CASE WHEN %(right)s THEN (n %% 97) * (n %% 7) ELSE -1 END"
        " FROM generate_series(1, %(rows)s) n"
    ),
)

# From the parents, so that one whose last child has left is not forgotten.
_SUMS: Final = """
    SELECT p.id, coalesce(c.total, 0) AS total, coalesce(c.number, 0) AS number
    FROM world_parent p LEFT JOIN (
        SELECT parent_id, sum(amount) AS total, count(*) AS number
        FROM world_child GROUP BY parent_id
    ) c ON c.parent_id = p.id
"""
_KEEP_FAMILIES: Final = (
    "UPDATE world_parent SET total = s.total, number = s.number"
    f" FROM ({_SUMS}) s WHERE s.id = world_parent.id"
)
_WRONG_FAMILIES: Final = (
    f"SELECT count(*) FROM world_parent p JOIN ({_SUMS}) s USING (id)"
    " WHERE (p.total, p.number) <> (s.total, s.number)"
)
_LEVELS: Final = (
    ("order", "line", "cost"),
    ("customer", "order", "total"),
    ("region", "customer", "total"),
)
_LEVEL_SUMS: Final = """
    SELECT t.id, coalesce(s.total, 0) AS total
    FROM world_{0} t LEFT JOIN (
        SELECT {0}_id, sum({2}) AS total FROM world_{1} GROUP BY {0}_id
    ) s ON s.{0}_id = t.id
"""
_WRONG_ROWS: Final = "SELECT count(*) FROM world_{} WHERE cost <> price * quantity"


def fill_families(rows: int, parents: int) -> None:
    """Make parents with so many children in all, and the right sums."""
    _run(*_FILL_FAMILIES, rows=rows, parents=parents)
    keep_families()
    _settle("parent", "child")


def spoil_families() -> None:
    """Make every parent's sums wrong."""
    _run("UPDATE world_parent SET total = -1, number = -1")
    _settle("parent")


def keep_families() -> None:
    """Do by hand what the computed fields of parents do."""
    _run(_KEEP_FAMILIES)


def wrong_families() -> int:
    """Return how many parents do not store what their children say."""
    return _number(_WRONG_FAMILIES)


def fill_orders(rows: int) -> None:
    """Make four levels with so many lines, a tenth of it on each above."""
    regions, customers, orders = (max(rows // part, 1) for part in (1000, 100, 10))
    _run(*_FILL_ORDERS, rows=rows, regions=regions, customers=customers, orders=orders)
    keep_orders()
    _settle("region", "customer", "order", "line")


def keep_orders() -> None:
    """Do by hand what the computed fields of the four levels do."""
    _run("UPDATE world_line SET cost = price * quantity")
    for level in _LEVELS:
        table = f"world_{level[0]}"
        _run(
            f"UPDATE {table} SET total = s.total"
            f" FROM ({_LEVEL_SUMS.format(*level)}) s WHERE s.id = {table}.id"
        )


def wrong_orders() -> int:
    """Return how many rows of the four levels do not store what they should."""
    found = _number(_WRONG_ROWS.format("line"))
    for level in _LEVELS:
        found += _number(
            f"SELECT count(*) FROM world_{level[0]} t"
            f" JOIN ({_LEVEL_SUMS.format(*level)}) s USING (id)"
            " WHERE t.total <> s.total"
        )
    return found


def fill_items(rows: int, *, right: bool) -> None:
    """Make so many items, with the right costs or all with wrong ones."""
    _run(*_FILL_ITEMS, rows=rows, right=right)
    _settle("item")


def keep_items() -> None:
    """Do by hand what the computed field of items does."""
    _run("UPDATE world_item SET cost = price * quantity")


def wrong_items() -> int:
    """Return how many items do not store what they should."""
    return _number(_WRONG_ROWS.format("item"))


def _run(*statements: str, **params: object) -> None:
    with connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql, params or None)


def _number(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


def _settle(*names: str) -> None:
    """Leave nothing for a cleaner that would come while others are measured."""
    _run(*(f"VACUUM (ANALYZE) world_{name}" for name in names))
