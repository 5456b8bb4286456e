"""Refreshes that wait for the end of the transaction, or for somebody who reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from weakref import ref

from django.db import connections
from django.db.models import Model

from django_reckon.changes.capture import is_loading
from django_reckon.changes.event import Key
from django_reckon.computed.refreshing.engine import refresh
from django_reckon.computed.refreshing.plan import plan
from django_reckon.computed.refreshing.saves import Waiting, waiting_for
from django_reckon.computed.refreshing.work import Work
from django_reckon.computed.rules.edges import Node
from django_reckon.computed.strategies.ledger import Ledger
from django_reckon.computed.strategies.reading import StaleColumns, stale_columns
from django_reckon.ground.pending import find, pending

_NAME: Final = "computed"
# Statements that are remembered, and characters of the longest one: a loop repeats a
# few short ones, and what no loop repeats would only take memory.
_MANY: Final = 500
_LONG: Final = 10_000


class WriteBehind:
    """
    What is due on one connection until its transaction ends.

    It is done before the COMMIT, or as soon as a statement is about to read a column
    that is stale.

    Attributes:
        movers: Models whose rows have come to point at others in the transaction.
    """

    def __init__(self, alias: str) -> None:
        """Begin with nothing due; statements are looked at from now on."""
        self.movers: set[type[Model]] = set()
        self._alias = alias
        self._ledger = Ledger()
        # What a fixture made due, whose rows may come before those they point at.
        self._loaded = Ledger()
        self._noted: set[Node] = set()
        self._stale: StaleColumns | None = None
        # Text of a statement -> whether it reads what is stale.
        self._looked: dict[str, bool] = {}
        self._busy = False
        self._instances: Waiting = {}
        # The first is the outermost; execute_wrapper() takes the last one away.
        connections[alias].execute_wrappers.insert(0, self)

    def note(self, work: Work) -> None:
        """Add what has become due."""
        self._ledger.top.merge(work)
        nodes = {
            (route.target, f) for route, due in work.due.items() for f in due.fields
        }
        if not nodes <= self._noted:
            self._noted |= nodes
            self._stale = None
            self._looked.clear()

    def holds(self, work: Work) -> bool:
        """Tell whether all of that is due already."""
        return self._ledger.holds(work)

    def note_loaded(self, work: Work) -> None:
        """Add what has become due by a fixture; no reader is served before its end."""
        self._loaded.top.merge(work)

    def fill(self, instance: Model, model: type[Model], key: Key) -> None:
        """Give an instance the values of its row as soon as they are there."""
        self._instances.setdefault((model, key), []).append(ref(instance))

    def flush(self) -> None:
        """
        Do everything that is due.

        Raises:
            ResolutionError: A value cannot be computed or stored; the transaction can
                only be rolled back then.
        """
        self._run(self._ledger, self._loaded)

    def _run(self, *ledgers: Ledger, last: bool = False) -> None:
        connection = connections[self._alias]
        if self._busy or connection.needs_rollback or connection.closed_in_transaction:
            return
        self._busy = True
        try:
            with waiting_for(self._instances):
                while any(ledgers):
                    work = Work()
                    for each in ledgers:
                        work.merge(each.take())
                    refresh(self._alias, work, last=last)
        except BaseException:
            if connection.in_atomic_block:
                connection.needs_rollback = True
            raise
        finally:
            self._busy = False

    # Any: what an execute wrapper gets, Django leaves open.
    def __call__(
        self,
        execute: Callable[..., Any],
        sql: Any,
        params: Any,
        many: bool,
        context: Any,
    ) -> Any:
        """Look at a statement before it runs."""
        known = self._looked.get(sql) if type(sql) is str else None
        if known is None:
            known = self._look(sql)
        if known and not self._busy and self._ledger:
            self._run(self._ledger)
        return execute(sql, params, many, context)

    def savepoint_made(self, sid: str) -> None:
        """Keep what comes from now on apart."""
        self._ledger.made(sid)
        self._loaded.made(sid)

    def savepoint_released(self, sid: str) -> None:
        """Put it with the rest."""
        self._ledger.released(sid)
        self._loaded.released(sid)
        if self._loaded and not is_loading():
            # The block of the fixture is over.
            self.note(self._loaded.take())

    def savepoint_undone(self, sid: str) -> None:
        """Forget it, and do again what was done since."""
        self._ledger.undone(sid)
        self._loaded.undone(sid)

    def before_commit(self) -> None:
        """Do everything that is due."""
        self._run(self._ledger, self._loaded, last=True)

    def committed(self) -> None:
        """Look at no more statements."""
        self._leave()

    def discarded(self) -> None:
        """Forget everything."""
        self._ledger = Ledger()
        self._loaded = Ledger()
        self._leave()

    def _leave(self) -> None:
        wrappers = connections[self._alias].execute_wrappers
        wrappers[:] = [each for each in wrappers if each is not self]

    def _look(self, sql: object) -> bool:
        """Tell whether a statement reads what is stale, and remember its text."""
        if self._stale is None:
            connection = connections[self._alias]
            self._stale = stale_columns(connection, plan, self._noted)
        reads = self._stale.are_read_by(sql)
        if isinstance(sql, str) and len(sql) < _LONG:
            if len(self._looked) >= _MANY:
                self._looked.clear()
            self._looked[sql] = reads
        return reads


def behind(alias: str) -> WriteBehind:
    """Return what is due on a connection, in the transaction that is open."""
    return pending(alias, _NAME, lambda: WriteBehind(alias))


def find_behind(alias: str) -> WriteBehind | None:
    """Return what is due on a connection; None for nothing."""
    found: WriteBehind | None = find(alias, _NAME)
    return found
