"""
A process that trades: ``python -m tests.concurrency.computed.writer ORDER``.

It says "ready", waits for a line, trades, and says what became of it as JSON. If it was
asked to go on for ever it says "busy" after its first transaction, and nothing more.
"""

from __future__ import annotations

import json
import signal
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

import django

if TYPE_CHECKING:
    from tests.concurrency.computed.market import Market, Reads

__all__ = ["Order"]

# Seconds after which the system kills a process that nobody else has killed.
_ALARM: Final = 120


@dataclass(frozen=True, slots=True)
class Order:
    """
    What to do.

    Attributes:
        shelves: Of the market.
        titles: Of the market.
        seed: Of all that is chosen at random.
        transactions: How many; None to go on for ever with any kind of them.
        reads: What to read in the middle of transactions.
        updates: The name of the strategy.
    """

    shelves: list[int]
    titles: list[int]
    seed: int
    transactions: int | None
    reads: Reads
    updates: str

    def as_json(self) -> str:
        """Return the argument of the process."""
        return json.dumps(asdict(self))


def main(order: Order) -> None:
    signal.alarm(_ALARM)
    django.setup()

    from django.db import connection

    from tests.concurrency.computed import market as markets

    market = markets.Market(order.shelves, order.titles)
    connection.ensure_connection()
    _say("ready")
    sys.stdin.readline()
    with markets.STRATEGIES[order.updates]():
        if order.transactions is None:
            _trade_for_ever(market, order)
        else:
            _trade(market, order, order.transactions)


def _trade(market: Market, order: Order, transactions: int) -> None:
    from tests.concurrency.computed.market import Trader

    tally = Trader(market, order.seed, reads=order.reads).trade(transactions)
    _say(tally.as_json())


def _trade_for_ever(market: Market, order: Order) -> None:
    from tests.computedapp.models import Copy
    from tests.concurrency.computed.market import Trader

    adopted = list(Copy.objects.values_list("pk", flat=True))
    trader = Trader(market, order.seed, reads=order.reads, adopted=adopted)
    trader.trade_anything()
    _say("busy")
    while True:
        trader.trade_anything()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Order(**json.loads(sys.argv[1])))
