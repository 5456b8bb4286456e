"""Refreshes at the end of the transaction, and for whoever reads before."""

from __future__ import annotations

from django_reckon.changes.event import ChangeKind
from django_reckon.computed.refreshing.saves import saving_now
from django_reckon.computed.refreshing.work import Work, work_of
from django_reckon.computed.strategies.behind import WriteBehind, behind
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
        for key in due.keys if route.lookup == "pk" else ():
            if saving.is_row(route.target, key):
                if saving.kind is ChangeKind.UPDATE:
                    saving.stale |= due.fields
                waiting.fill(saving.instance, route.target, key)
