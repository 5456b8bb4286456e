"""
What is due in a transaction, by savepoint.

A refresh in the middle of a transaction does what was noted before a savepoint as well;
when that savepoint is undone, so is the refresh, and the older work is due again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django_reckon.computed.refreshing.work import Work


@dataclass(slots=True)
class _Layer:
    """What was noted since a savepoint, and what older work was done since."""

    sid: str | None
    work: Work = field(default_factory=Work)
    done: list[tuple[int, Work]] = field(default_factory=list)


class Ledger:
    """The work of one transaction; it touches no database."""

    def __init__(self) -> None:
        """Begin with nothing due."""
        self._layers = [_Layer(None)]

    def __bool__(self) -> bool:
        """Tell whether anything is due."""
        return any(layer.work for layer in self._layers)

    @property
    def top(self) -> Work:
        """Where to note what is due from now on."""
        return self._layers[-1].work

    def holds(self, work: Work) -> bool:
        """Tell whether all of that is due already."""
        return all(
            any(layer.work.holds(route, due) for layer in self._layers)
            for route, due in work.due.items()
        )

    def take(self) -> Work:
        """Return everything that is due, which counts as done now."""
        top = self._layers[-1]
        taken, top.work = Work().merge(top.work), Work()
        for position, layer in enumerate(self._layers[:-1]):
            if layer.work:
                taken.merge(layer.work)
                top.done.append((position, layer.work))
                layer.work = Work()
        return taken

    def made(self, sid: str) -> None:
        """Note that a savepoint was made."""
        self._layers.append(_Layer(sid))

    def released(self, sid: str) -> None:
        """Note that a savepoint is gone and what came since it stays."""
        position = self._position(sid)
        if position is None:
            return
        below = self._layers[position - 1]
        for layer in self._layers[position:]:
            below.work.merge(layer.work)
            below.done += [each for each in layer.done if each[0] < position - 1]
        del self._layers[position:]

    def undone(self, sid: str) -> None:
        """Note that all since a savepoint is undone; the savepoint itself stays."""
        position = self._position(sid)
        if position is None:
            self._layers = [_Layer(None)]
            return
        for layer in self._layers[position:]:
            for older, work in layer.done:
                if older < position:
                    self._layers[older].work.merge(work)
        self._layers[position:] = [_Layer(sid)]

    def _position(self, sid: str) -> int | None:
        for position, layer in enumerate(self._layers):
            if layer.sid == sid:
                return position
        return None
