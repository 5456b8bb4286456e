"""Writers that leave refreshes for later, and several who do them meanwhile."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

import pytest

from django_reckon.models import PendingUpdate, background_updates, update_pending
from tests.concurrency.computed.effort import effort
from tests.concurrency.computed.market import Trader
from tests.concurrency.computed.tally import Tally, total
from tests.properties.computed.oracle import differences
from tests.support.database import committing
from tests.support.drift import drifted
from tests.support.workers import PATIENCE, join_threads

if TYPE_CHECKING:
    from pytest_django import Settings

    from tests.concurrency.computed.crowd import Crowd
    from tests.concurrency.computed.market import Market

pytestmark = [committing, pytest.mark.slow, pytest.mark.usefixtures("queued")]

_TRANSACTIONS: Final = effort(quick=4, ci=6, most=30)
# Of the eight threads; the others write.
_WORKERS: Final = 2


def trade(market: Market, number: int) -> Tally:
    with background_updates():
        return Trader(market, number, reads="rows").trade(_TRANSACTIONS)


def test_thread_of_the_process_loses_nothing(
    crowd: Crowd, market: Market, settings: Settings
) -> None:
    settings.COMPUTEDFIELDS_DISPATCHER = "thread"

    found = total(crowd.all(lambda number: trade(market, number)))
    join_threads("update ")

    found.wrong = differences()
    assert found == Tally(done=_TRANSACTIONS * crowd.size), found
    assert not PendingUpdate.objects.exists()
    assert drifted() == []


def test_workers_beside_each_other_lose_nothing(
    crowd: Crowd, market: Market, settings: Settings
) -> None:
    settings.COMPUTEDFIELDS_DISPATCHER = (
        "django_reckon.testing.RecordingUpdateDispatcher"
    )
    ended = threading.Barrier(crowd.size - _WORKERS)
    over = threading.Event()

    def take_part(number: int) -> Tally:
        if number >= _WORKERS:
            try:
                return trade(market, number)
            finally:
                ended.wait(PATIENCE)
                over.set()
        failures = [str(each) for each in update_pending().failures]
        while not over.is_set():
            failures += [str(each) for each in update_pending().failures]
        return Tally(wrong=failures)

    found = total(crowd.all(take_part))
    update_pending()

    found.wrong += differences()
    assert found == Tally(done=_TRANSACTIONS * (crowd.size - _WORKERS)), found
    assert not PendingUpdate.objects.exists()
    assert drifted() == []
