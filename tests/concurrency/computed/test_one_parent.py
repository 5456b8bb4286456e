"""Eight writers on one parent, in one moment."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest
from django.db import transaction
from django.db.models import F

from tests.computedapp.models import Copy, Shelf, Title
from tests.concurrency.computed.effort import effort
from tests.concurrency.computed.tally import Tally, attempt, total
from tests.properties.computed.oracle import differences
from tests.support.database import committing

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from tests.concurrency.computed.crowd import Crowd

pytestmark = [committing, pytest.mark.slow]

_ROUNDS: Final = effort(quick=4, ci=5, most=120)
# Seconds for which a transaction stays open after its write, so that others meet it.
_HELD: Final = 0.005


@dataclass(frozen=True, slots=True)
class Stall:
    """
    One writer's rows.

    Attributes:
        title: Of all copies.
        hot: The shelf of everybody.
        side: A shelf of one's own.
        here: A copy on the hot shelf.
        there: A copy on the other one.
        number: Of the writer.
    """

    title: Title
    hot: Shelf
    side: Shelf
    here: Copy
    there: Copy
    number: int

    @property
    def is_odd(self) -> bool:
        """Whether to take the other of two ways to write."""
        return self.number % 2 == 1


def create(stall: Stall) -> None:
    Copy.objects.create(title=stall.title, shelf=stall.hot, price=stall.number + 1)


def modify(stall: Stall) -> None:
    if stall.is_odd:
        Copy.objects.filter(pk=stall.here.pk).update(price=F("price") + 1)
    else:
        stall.here.price += 1
        stall.here.save()


def delete(stall: Stall) -> None:
    # Both by key: an instance is changed by being deleted, and may be tried again.
    if stall.is_odd:
        Copy.objects.filter(pk=stall.here.pk).delete()
    else:
        Copy.objects.get(pk=stall.here.pk).delete()


def move(stall: Stall) -> None:
    """Half of the writers move a copy in, half move one out."""
    if stall.is_odd:
        Copy.objects.filter(pk=stall.there.pk).update(shelf=stall.hot)
    else:
        stall.here.shelf = stall.side
        stall.here.save(update_fields=["shelf"])


def mixed(stall: Stall) -> None:
    (create, modify, delete, move)[stall.number // 2](stall)


def plainly(write: Callable[[Stall], None], stall: Stall) -> None:
    write(stall)


def held(write: Callable[[Stall], None], stall: Stall) -> None:
    with transaction.atomic():
        write(stall)
        time.sleep(_HELD)


WRITES: Final = {each.__name__: each for each in (create, modify, delete, move, mixed)}


@pytest.fixture
def shelves(crowd: Crowd) -> list[Shelf]:
    """Return the shelf of everybody, then one for each writer."""
    return [
        Shelf.objects.create(label=f"shelf {number}")
        for number in range(crowd.size + 1)
    ]


def stalls(shelves: list[Shelf]) -> list[Stall]:
    """Make what the writers of one round need."""
    Copy.objects.all().delete()
    hot, *sides = shelves
    title = Title.objects.get_or_create(name="title")[0]
    copies = [Copy(title=title, shelf=hot, price=10) for _ in sides]
    copies += [Copy(title=title, shelf=side, price=20) for side in sides]
    Copy.objects.bulk_create(copies)
    keys = Copy.objects.in_bulk()
    here = [copy for copy in keys.values() if copy.shelf_id == hot.pk]
    there = {copy.shelf_id: copy for copy in keys.values()}
    return [
        Stall(title, hot, side, here[number], there[side.pk], number)
        for number, side in enumerate(sides)
    ]


def compete(
    crowd: Crowd,
    shelves: list[Shelf],
    way: Callable[[Callable[[Stall], None], Stall], None],
    write: Callable[[Stall], None],
    updates: Callable[[], AbstractContextManager[object]],
) -> Tally:
    """Return what became of all rounds; those that are stored wrongly are noted."""
    found = Tally()
    for number in range(_ROUNDS):
        assert differences() == []
        prepared = stalls(shelves)

        def write_once(writer: int, prepared: list[Stall] = prepared) -> Tally:
            tally = Tally()
            with updates():
                attempt(lambda: way(write, prepared[writer]), tally)
            return tally

        found.add(total(crowd.all(write_once)))
        if wrong := differences():
            found.wrong.append(f"round {number}: {'; '.join(wrong)}")
    return found


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_autocommit_writes_neither_clash_nor_lose_one(
    crowd: Crowd,
    shelves: list[Shelf],
    write: Callable[[Stall], None],
    updates: Callable[[], AbstractContextManager[object]],
) -> None:
    found = compete(crowd, shelves, plainly, write, updates)

    assert found == Tally(done=_ROUNDS * crowd.size), found


@pytest.mark.usefixtures("queued")
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_transactions_that_stay_open_neither_clash_nor_lose_a_write(
    crowd: Crowd,
    shelves: list[Shelf],
    write: Callable[[Stall], None],
    updates: Callable[[], AbstractContextManager[object]],
) -> None:
    found = compete(crowd, shelves, held, write, updates)

    assert found == Tally(done=_ROUNDS * crowd.size), found
