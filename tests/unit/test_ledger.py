"""What is due in a transaction: savepoints take back refreshes as well as writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_reckon.computed.refreshing.work import Route
from django_reckon.computed.strategies.ledger import Ledger
from tests.computedapp.models import Shelf

if TYPE_CHECKING:
    from django_reckon.computed.refreshing.work import Work

ROUTE: Final = Route(Shelf, "pk", loose=False)


def _note(ledger: Ledger, *keys: int) -> None:
    ledger.top.add(ROUTE, keys, ["total"])


def _keys(work: Work) -> set[object]:
    return set().union(*(due.keys for due in work.due.values()))


def test_nothing_is_due_at_first() -> None:
    assert not Ledger()


def test_what_was_done_is_not_due_again() -> None:
    ledger = Ledger()
    _note(ledger, 1, 2)

    taken = ledger.take()

    assert _keys(taken) == {1, 2}
    assert not ledger


def test_undone_savepoint_takes_only_its_own_along() -> None:
    ledger = Ledger()
    _note(ledger, 1)
    ledger.made("s")
    _note(ledger, 2)

    ledger.undone("s")

    assert _keys(ledger.take()) == {1}


def test_released_savepoint_leaves_what_it_has() -> None:
    ledger = Ledger()
    ledger.made("s")
    _note(ledger, 1)

    ledger.released("s")

    assert _keys(ledger.take()) == {1}


def test_refresh_that_is_undone_leaves_older_work_due() -> None:
    ledger = Ledger()
    _note(ledger, 1)
    ledger.made("s")
    _note(ledger, 2)
    ledger.take()

    ledger.undone("s")

    assert _keys(ledger.take()) == {1}


def test_refresh_within_a_released_savepoint_stays_done() -> None:
    ledger = Ledger()
    _note(ledger, 1)
    ledger.made("s")
    ledger.take()

    ledger.released("s")

    assert not ledger


def test_outer_savepoint_takes_back_a_refresh_of_an_inner_one() -> None:
    ledger = Ledger()
    _note(ledger, 1)
    ledger.made("outer")
    _note(ledger, 2)
    ledger.made("inner")
    ledger.take()
    ledger.released("inner")

    ledger.undone("outer")

    assert _keys(ledger.take()) == {1}


@pytest.mark.parametrize("method", ["undone", "released"])
def test_savepoint_older_than_the_ledger(method: str) -> None:
    ledger = Ledger()
    _note(ledger, 1)

    getattr(ledger, method)("older")

    assert bool(ledger) is (method == "released")


class _World:
    """The same by brute force: rows with a source and a stored value, and snapshots."""

    def __init__(self) -> None:
        self.source: dict[int, int] = {}
        self.stored: dict[int, int] = {}
        self.snapshots: list[tuple[dict[int, int], dict[int, int]]] = []

    def begin(self) -> None:
        self.snapshots.append((dict(self.source), dict(self.stored)))

    def back(self) -> None:
        self.source, self.stored = self.snapshots.pop()

    @property
    def stale(self) -> set[int]:
        return {k for k, v in self.source.items() if self.stored.get(k) != v}


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, 3)),
        st.tuples(st.sampled_from(["begin", "release", "undo", "take"]), st.just(0)),
    ),
    max_size=40,
)


@given(STEPS)
def test_whatever_is_stale_is_due(steps: list[tuple[str, int]]) -> None:
    ledger, world = Ledger(), _World()
    open_ones: list[str] = []
    for number, (step, key) in enumerate(steps):
        if step == "write":
            world.source[key] = number
            _note(ledger, key)
        elif step == "begin":
            open_ones.append(str(number))
            world.begin()
            ledger.made(open_ones[-1])
        elif step == "take":
            for each in _keys(ledger.take()):
                assert isinstance(each, int)
                if each in world.source:
                    world.stored[each] = world.source[each]
            assert world.stale == set()
        elif open_ones and step == "undo":
            world.back()
            ledger.undone(open_ones[-1])
            ledger.released(open_ones.pop())
        elif open_ones:
            world.snapshots.pop()
            ledger.released(open_ones.pop())

    assert world.stale <= _keys(ledger.take())
