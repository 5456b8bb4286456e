"""Refreshes at the end of the transaction, and for whoever reads before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from django.db.models import Model
from django.db.models.constants import LOOKUP_SEP

from django_reckon.changes.event import ChangeKind
from django_reckon.computed.refreshing.saves import Saving, saving_now
from django_reckon.computed.refreshing.work import Route, Work, work_of
from django_reckon.computed.rules.registry import registry
from django_reckon.computed.strategies.behind import WriteBehind, behind
from django_reckon.ground.internals import child_names, parent_names, row_tables
from django_reckon.ground.together import is_own
from django_reckon.ground.transactions import is_open
from django_reckon.protocols import StaleRows


class TransactionStrategy:
    """
    Do all that a transaction made stale once, before its COMMIT; the default.

    It is done earlier if a statement is about to read a column that is stale. A write
    outside any transaction is refreshed as it commits.
    """

    def waits(self, alias: str) -> bool:
        """Wait in transactions that somebody else has begun, and will end."""
        return is_open(alias) and not is_own(alias)

    def submit(self, alias: str, stale: StaleRows) -> None:
        """Note what is due in the transaction."""
        work = work_of(stale)
        waiting = behind(alias)
        waiting.note(work)
        _let_instance_wait(waiting, work)


def _let_instance_wait(waiting: WriteBehind, work: Work) -> None:
    """Let the instance that is being saved learn what its row will hold."""
    saving = saving_now()
    if saving is None:
        return
    for route, due in work.due.items():
        if route.lookup not in _own_lookups(type(saving.instance), route.target):
            continue
        stale = _not_told(saving, route, due.fields)
        for key in due.keys:
            if saving.is_row(route.target, key):
                saving.stale |= stale
                if route.lookup == "pk":
                    waiting.fill(saving.instance, route.target, key)


def _not_told(saving: Saving, route: Route, fields: Iterable[str]) -> set[str]:
    """Return the fields whose values the instance does not hold."""
    latest = saving.latest
    if latest is None or latest.kind is ChangeKind.UPDATE or not latest.prepared:
        return set(fields)
    if route.target is not latest.model:
        # In another of the row's tables; it was computed before that insert.
        return set(fields)
    columns = (registry.columns[route.target, name] for name in fields)
    return {each.name for each in columns if each.declaration.default_on_create}


@cache
def _own_lookups(model: type[Model], table: type[Model]) -> frozenset[str]:
    """Return what leads from a table of a row to that row itself."""
    tables = row_tables(model)
    if table not in tables:
        return frozenset()
    paths: list[Sequence[str]] = [[]]
    for other in tables:
        if other in table._meta.all_parents:
            paths.append(parent_names(table, other))
        elif table in other._meta.all_parents:
            paths.append(child_names(table, other))
    return frozenset(LOOKUP_SEP.join([*path, "pk"]) for path in paths)
