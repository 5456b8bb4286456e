"""Eight writers on six parents and two grandparents, in transactions of four writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.concurrency.computed.effort import effort
from tests.concurrency.computed.market import READS, Trader
from tests.concurrency.computed.tally import Tally, total
from tests.properties.computed.oracle import differences
from tests.support.database import committing
from tests.support.drift import drifted

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from tests.concurrency.computed.crowd import Crowd
    from tests.concurrency.computed.market import Market, Reads

pytestmark = [committing, pytest.mark.slow, pytest.mark.usefixtures("queued")]

_TRANSACTIONS: Final = effort(quick=4, ci=6, most=30)


@pytest.mark.parametrize("reads", READS)
def test_transactions_neither_clash_nor_lose_a_write(
    crowd: Crowd,
    market: Market,
    updates: Callable[[], AbstractContextManager[object]],
    *,
    reads: Reads,
) -> None:
    """A read in the middle is answered before its transaction goes on to write."""

    def trade(number: int) -> Tally:
        with updates():
            return Trader(market, number, reads=reads).trade(_TRANSACTIONS)

    found = total(crowd.all(trade))
    found.wrong = differences()

    assert found == Tally(done=_TRANSACTIONS * crowd.size), found
    assert drifted() == []
