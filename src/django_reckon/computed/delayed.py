"""Work that waits for the end of the transaction."""

from __future__ import annotations

from typing import Final

from django_reckon.computed.engine import refresh
from django_reckon.computed.work import Work
from django_reckon.ground.pending import Layers, pending

_NAME: Final = "computed"


class Delayed:
    """What fixtures have made due on one connection, by savepoint."""

    def __init__(self, alias: str) -> None:
        """Begin with nothing due."""
        self._alias = alias
        self._layers: Layers[Work] = Layers(Work, _merged)

    @property
    def work(self) -> Work:
        """Where to note what is due now."""
        return self._layers.top

    def savepoint_made(self, sid: str) -> None:
        """Note what comes from now on apart."""
        self._layers.savepoint_made(sid)

    def savepoint_released(self, sid: str) -> None:
        """Put it with the rest."""
        self._layers.savepoint_released(sid)

    def savepoint_undone(self, sid: str) -> None:
        """Forget it."""
        self._layers.savepoint_undone(sid)

    def before_commit(self) -> None:
        """Do everything that is due."""
        work = Work()
        for each in self._layers.values:
            work.merge(each)
        self._layers = Layers(Work, _merged)
        if work:
            refresh(self._alias, work)

    def committed(self) -> None:
        """Do nothing more."""

    def discarded(self) -> None:
        """Forget everything."""
        self._layers = Layers(Work, _merged)


def delayed(alias: str) -> Work:
    """Return where to note what may wait until the open transaction ends."""
    return pending(alias, _NAME, lambda: Delayed(alias)).work


def _merged(older: Work, newer: Work) -> Work:
    return older.merge(newer)
