"""What is committed is right, at whatever moment its writer was killed."""

from __future__ import annotations

import random
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import pytest

from django_reckon.models import update_pending
from tests.concurrency.computed.effort import effort
from tests.concurrency.computed.market import READS, STRATEGIES
from tests.concurrency.computed.processes import go, heard, running
from tests.concurrency.computed.writer import Order
from tests.properties.computed.oracle import differences
from tests.support.database import committing
from tests.support.drift import drifted
from tests.support.workers import lend_databases

if TYPE_CHECKING:
    from tests.concurrency.computed.market import Market

pytestmark = [committing, pytest.mark.slow, pytest.mark.usefixtures("queued")]

# Each strategy takes a third of them.
_KILLS: Final = effort(quick=4, ci=6, most=50)
# Seconds that a writer goes on for at most: a few dozen transactions.
_LONGEST: Final = 0.25
# Seconds until a server has noticed that its client is dead and rolled back.
_SETTLED: Final = 10.0


def killed_after(order: Order, seconds: float) -> None:
    """Kill a process so long after its first transaction."""
    with running([order]) as processes:
        go(processes)
        assert heard(processes[0]) == "busy"
        time.sleep(seconds)
        assert processes[0].poll() is None, "The writer failed before it was killed."


def lasting_differences() -> list[str]:
    """
    Return what is stored wrongly, and stays so.

    The server may be in the middle of what a dead client asked for last, and commit it
    while the tables are read one after the other.
    """
    deadline = time.monotonic() + _SETTLED
    while (wrong := differences()) and time.monotonic() < deadline:
        time.sleep(0.05)
        update_pending()
    return wrong


@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
def test_killed_writers_leave_no_drift(
    market: Market, monkeypatch: pytest.MonkeyPatch, strategy: str
) -> None:
    lend_databases(monkeypatch)
    chance = random.Random(strategy)

    for seed in range(-(-_KILLS // len(STRATEGIES))):
        order = Order(
            **asdict(market),
            seed=seed,
            transactions=None,
            # Values that are right only later cannot be held against anything.
            reads="rows" if strategy == "background" else chance.choice(READS),
            updates=strategy,
        )
        seconds = chance.uniform(0, _LONGEST)
        killed_after(order, seconds)
        update_pending()
        assert lasting_differences() == [], f"kill {seed}, after {seconds:.3f} s"

    assert drifted() == []
