"""
Which statements read a column that is stale.

Whenever that is not certain the answer is yes: a refresh too many costs time, one too
few a wrong value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from django_reckon.computed.refreshing.plan import Plan
from django_reckon.computed.rules.edges import Node
from django_reckon.ground.installed import apps
from django_reckon.ground.internals import concrete_field, with_generated

# These read nothing unless they hold a SELECT.
_BLIND = re.compile(r"\s*(INSERT|SAVEPOINT|RELEASE|ROLLBACK)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Table:
    """
    A table with stale columns, in lower case.

    Attributes:
        quoted: Its name, as the ORM writes it.
        name: The same as others may write it.
        columns: Names of the stale ones, likewise; None for all there are.
    """

    quoted: str
    name: str
    columns: tuple[str, ...] | None

    def is_mentioned(self, text: str) -> bool:
        """Tell whether a statement in lower case may read one of the columns."""
        if self.quoted not in text:
            return _is_word(self.name, text)
        if self.columns is None or "*" in text:
            return True
        # In a table that the ORM named, SQL by hand may name columns its own way.
        return any(_is_word(column, text) for column in self.columns)


@dataclass(frozen=True, slots=True)
class StaleColumns:
    """
    The columns that are stale on one connection.

    Attributes:
        quote: What the database puts around names.
        tables: Those with stale columns.
    """

    quote: str
    tables: tuple[_Table, ...]

    def are_read_by(self, sql: object) -> bool:
        """Tell whether a statement may read one of them."""
        if not isinstance(sql, str):
            return True
        if _BLIND.match(sql) and "SELECT" not in sql.upper():
            return False
        if self.quote not in sql:
            # Nothing that the ORM made; views and functions hide what they read.
            return True
        text = sql.lower()
        return any(table.is_mentioned(text) for table in self.tables)


def stale_columns(
    connection: BaseDatabaseWrapper, plan: Plan, due: Iterable[Node]
) -> StaleColumns:
    """Return the columns of fields that are due, and of all that follow from them."""
    quote = connection.ops.quote_name
    columns: dict[type[Model], set[str]] = {}
    for model, name in plan.followers(due):
        for each in with_generated(model, [name]):
            column = str(concrete_field(model, each).column)
            columns.setdefault(model, set()).add(quote(column).strip(quote("a")[0]))
    tables = [
        _table(quote(model._meta.db_table), model._meta.db_table, sorted(some))
        for model, some in columns.items()
    ]
    # A model that we do not manage may be a view of anything.
    tables += [_table(quote(name), name, None) for name in _unmanaged()]
    return StaleColumns(quote("a")[0], tuple(tables))


def _table(quoted: str, name: str, columns: Iterable[str] | None) -> _Table:
    names = None if columns is None else tuple(each.lower() for each in columns)
    return _Table(quoted.lower(), name.lower(), names)


def _is_word(name: str, text: str) -> bool:
    """Tell whether a text holds a name, quoted or not."""
    # To look for it first is far faster, and mostly the end of it.
    return (
        name in text and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None
    )


def _unmanaged() -> Iterator[str]:
    for model in apps.get_models():
        if not model._meta.managed:
            yield model._meta.db_table
