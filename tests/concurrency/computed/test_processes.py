"""Writers in several processes."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import pytest

from tests.concurrency.computed.effort import effort
from tests.concurrency.computed.market import READS, UPDATES
from tests.concurrency.computed.processes import go, running, tally_of
from tests.concurrency.computed.tally import Tally, total
from tests.concurrency.computed.writer import Order
from tests.properties.computed.oracle import differences
from tests.support.database import committing
from tests.support.drift import drifted
from tests.support.workers import lend_databases

if TYPE_CHECKING:
    from tests.concurrency.computed.market import Market

pytestmark = [committing, pytest.mark.slow, pytest.mark.usefixtures("queued")]

_PROCESSES: Final = 4
_TRANSACTIONS: Final = effort(quick=5, ci=6, most=100)


@pytest.mark.parametrize("strategy", sorted(UPDATES))
def test_transactions_of_processes_neither_clash_nor_lose_a_write(
    market: Market, monkeypatch: pytest.MonkeyPatch, strategy: str
) -> None:
    """Each reads something else between its writes."""
    lend_databases(monkeypatch)
    orders = [
        Order(
            **asdict(market),
            seed=seed,
            transactions=_TRANSACTIONS,
            reads=READS[seed % len(READS)],
            updates=strategy,
        )
        for seed in range(_PROCESSES)
    ]

    with running(orders) as processes:
        go(processes)
        found = total([tally_of(process) for process in processes])

    found.wrong = differences()
    assert found == Tally(done=_TRANSACTIONS * _PROCESSES), found
    assert drifted() == []
