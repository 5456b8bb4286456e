"""Refreshes after the COMMIT, by somebody else."""

from __future__ import annotations

from functools import partial
from typing import Final

from django.db import transaction

from django_reckon.computed.outbox.dispatching import dispatch
from django_reckon.computed.outbox.entries import store
from django_reckon.computed.refreshing.work import Work, work_of
from django_reckon.computed.strategies.ledger import Ledger
from django_reckon.ground.pending import find, pending
from django_reckon.ground.transactions import is_test_case
from django_reckon.protocols import StaleRows

_NAME: Final = "computed in the background"


class BackgroundStrategy:
    """
    Note what is stale in the transaction, and have it refreshed after the COMMIT.

    Values are right some time later. What is noted stays in a table until it is done,
    so nothing is lost if the process ends between the two.
    """

    def waits(self, alias: str) -> bool:
        """Always wait."""
        return True

    def submit(self, alias: str, stale: StaleRows) -> None:
        """Note what is due, for after the COMMIT."""
        pending(alias, _NAME, lambda: Outbox(alias)).note(work_of(stale))


class Outbox:
    """What the transaction that is open on one connection leaves for later."""

    def __init__(self, alias: str) -> None:
        """Begin with nothing."""
        self._alias = alias
        self._ledger = Ledger()
        self._stored = False

    def note(self, work: Work) -> None:
        """Add what has become due."""
        self._ledger.top.merge(work)

    def take(self) -> Work:
        """Return what is due; somebody does it in this transaction."""
        return self._ledger.take()

    def savepoint_made(self, sid: str) -> None:
        """Keep what comes from now on apart."""
        self._ledger.made(sid)

    def savepoint_released(self, sid: str) -> None:
        """Put it with the rest."""
        self._ledger.released(sid)

    def savepoint_undone(self, sid: str) -> None:
        """Forget it."""
        self._ledger.undone(sid)

    def before_commit(self) -> None:
        """Keep what is due in the table."""
        work = self._ledger.take()
        if work:
            store(self._alias, work)
            self._stored = True
            if is_test_case(self._alias):
                # For captureOnCommitCallbacks(); no COMMIT will come.
                transaction.on_commit(partial(dispatch, self._alias), self._alias)

    def committed(self) -> None:
        """Have it done."""
        if self._stored:
            dispatch(self._alias)

    def discarded(self) -> None:
        """Forget everything."""
        self._ledger = Ledger()


def outbox(alias: str) -> Outbox | None:
    """Return what the open transaction leaves for later, None for nothing."""
    found: Outbox | None = find(alias, _NAME)
    return found
