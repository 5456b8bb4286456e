"""Parents and grandparents, and those who write their children."""

from __future__ import annotations

import random
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from django.db import transaction
from django.db.models import F

from django_reckon.models import (
    background_updates,
    deferred_updates,
    immediate_updates,
)
from tests.computedapp.models import Copy, Publisher, Shelf, Title
from tests.concurrency.computed.tally import Tally, attempt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "OPERATIONS",
    "READS",
    "STRATEGIES",
    "UPDATES",
    "Market",
    "Reads",
    "Trader",
]

# What a transaction reads between its writes: no row at all; those that it is about to
# write, computed columns and all; a parent's total, too, right after moving it.
Reads: TypeAlias = Literal["nothing", "rows", "totals"]
READS: Final[tuple[Reads, ...]] = ("nothing", "rows", "totals")

# The strategies, by the names that they have in test ids and orders to processes.
UPDATES: Final[dict[str, Callable[[], AbstractContextManager[object]]]] = {
    "deferred": deferred_updates,
    "immediate": immediate_updates,
}
# The same and the one that leaves values stale for a while.
STRATEGIES: Final = {**UPDATES, "background": background_updates}
# The first makes what the others need.
OPERATIONS: Final = ("create", "modify", "move", "delete")
_PARENTS, _GRANDPARENTS = 6, 2


@dataclass(frozen=True, slots=True)
class Market:
    """
    Keys of what everybody writes to: six shelves, six titles, of two publishers.

    Attributes:
        shelves: Whose sums and lists a copy moves.
        titles: Through which a copy moves the number of its publisher.
    """

    shelves: list[int]
    titles: list[int]

    @classmethod
    def open(cls) -> Market:
        """Make the rows."""
        publishers = [
            Publisher.objects.create(name=f"publisher {number}")
            for number in range(_GRANDPARENTS)
        ]
        titles = [
            Title.objects.create(
                name=f"title {number}", publisher=publishers[number % _GRANDPARENTS]
            )
            for number in range(_PARENTS)
        ]
        shelves = [
            Shelf.objects.create(label=f"shelf {number}") for number in range(_PARENTS)
        ]
        return cls([shelf.pk for shelf in shelves], [title.pk for title in titles])


class Trader:
    """
    Writes copies of its own into shelves of everybody.

    Nobody else writes its copies, so that two of them never clash over a copy.
    """

    def __init__(
        self, market: Market, seed: int, *, reads: Reads, adopted: Sequence[int] = ()
    ) -> None:
        """
        Begin without copies of one's own, or with some that others left behind.

        Args:
            market: Where to write.
            seed: Of all that is chosen at random.
            reads: What to read in the middle of transactions.
            adopted: Keys of copies that nobody else writes any more.
        """
        self.market = market
        self.tally = Tally()
        self._random = random.Random(seed)
        self._reads = reads
        self._own = list(adopted)

    def trade(self, transactions: int) -> Tally:
        """Run so many transactions of each operation once, creation first."""
        for _ in range(transactions):
            rest = list(OPERATIONS[1:])
            self._random.shuffle(rest)
            self._attempt((OPERATIONS[0], *rest))
        return self.tally

    def trade_anything(self) -> None:
        """Run one transaction of a few operations, some in savepoints."""
        number = self._random.randint(1, 5)
        names = self._random.choices((*OPERATIONS, "undone"), k=number)
        # Those who are killed leave their copies to the next, who must get rid of them.
        crowded = len(self._own) > _PARENTS**2
        self._attempt(names if not crowded else ("delete",) * number)

    def _attempt(self, names: Sequence[str]) -> None:
        state = self._random.getstate()

        def run() -> None:
            # A transaction that is tried again does the same again.
            self._random.setstate(state)
            own = list(self._own)
            with transaction.atomic():
                misread = self._transact(names, own)
            self._own = own
            self.tally.misread += misread

        attempt(run, self.tally)

    def _transact(self, names: Sequence[str], own: list[int]) -> list[str]:
        misread: list[str] = []
        for at, name in enumerate(names):
            shelf = self._operate(name, own)
            if self._reads == "totals" and at == 0 and shelf is not None:
                misread = self._misread(shelf)
        return misread

    def _operate(self, name: str, own: list[int]) -> int | None:
        """Do one thing; return the shelf that a new copy stands on."""
        if name == "create":
            return self._create(own)
        if name == "undone":
            with transaction.atomic():
                self._create(own)
                transaction.set_rollback(True)
            own.pop()
        elif own:
            key = self._random.choice(own)
            {"modify": self._modify, "move": self._move, "delete": self._delete}[name](
                key
            )
            if name == "delete":
                own.remove(key)
        return None

    def _create(self, own: list[int]) -> int:
        shelf = self._random.choice(self.market.shelves)
        copy = Copy.objects.create(
            shelf_id=shelf,
            title_id=self._random.choice(self.market.titles),
            price=self._random.randint(1, 99),
        )
        own.append(copy.pk)
        return shelf

    def _modify(self, key: int) -> None:
        if self._is_blind():
            Copy.objects.filter(pk=key).update(price=F("price") + 1)
        else:
            copy = Copy.objects.get(pk=key)
            copy.price += 1
            copy.save()

    def _move(self, key: int) -> None:
        shelf = self._random.choice(self.market.shelves)
        title = self._random.choice(self.market.titles)
        if self._is_blind():
            Copy.objects.filter(pk=key).update(shelf=shelf, title=title)
        else:
            copy = Copy.objects.get(pk=key)
            copy.shelf_id, copy.title_id = shelf, title
            copy.save(update_fields=["shelf", "title"])

    def _delete(self, key: int) -> None:
        if self._is_blind():
            Copy.objects.filter(pk=key).delete()
        else:
            Copy.objects.get(pk=key).delete()

    def _is_blind(self) -> bool:
        """Tell whether to write a copy without having read it."""
        return self._reads == "nothing" or self._random.random() < 0.5

    def _misread(self, shelf: int) -> list[str]:
        """
        Return a line if the shelf's total is not what its copies say.

        This transaction has just moved the total, so that nobody else can.
        """
        read = Shelf.objects.values_list("total", flat=True).get(pk=shelf)
        prices = Copy.objects.filter(shelf=shelf).values_list("price", flat=True)
        expected = sum(prices)
        if read == expected:
            return []
        return [f"read {read} as the total of shelf {shelf}, must be {expected}"]
