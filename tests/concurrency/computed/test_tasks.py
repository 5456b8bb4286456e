"""Writers in tasks of one event loop, and what a block in one means for the others."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pytest
from asgiref.sync import sync_to_async
from django.db import transaction

from django_reckon.models import deferred_updates, immediate_updates, not_computed
from tests.computedapp.models import Copy, Shelf, Title
from tests.concurrency.computed.effort import effort
from tests.concurrency.computed.market import READS, Trader
from tests.concurrency.computed.tally import Tally, attempt, total
from tests.properties.computed.oracle import differences
from tests.support.database import committing
from tests.support.statements import is_update, watched
from tests.support.threads import closing_connections
from tests.support.workers import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractAsyncContextManager, AbstractContextManager

    from tests.concurrency.computed.market import Market

pytestmark = [committing, pytest.mark.slow]

_TASKS: Final = 8
_ROUNDS: Final = effort(quick=4, ci=5, most=40)
_TRANSACTIONS: Final = effort(quick=4, ci=5, most=30)
# Of asgiref's one thread, or of a thread of its own.
THREADS: Final = pytest.mark.parametrize(
    "sensitive", [True, False], ids=["one thread", "threads"]
)


async def together(*tasks: Awaitable[object]) -> None:
    """Wait for all, and for no one that stands still."""
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*tasks)


async def wrong() -> list[str]:
    """Return what is stored wrongly."""
    return await sync_to_async(differences)()


async def test_async_writes_of_tasks_take_turns(
    updates: Callable[[], AbstractContextManager[object]],
) -> None:
    """Each call is a transaction of its own; others come between any two."""
    title = await Title.objects.acreate(name="title")
    hot = await Shelf.objects.acreate(label="hot")
    side = await Shelf.objects.acreate(label="side")

    async def write(number: int) -> None:
        with updates():
            for price in range(_ROUNDS):
                copy = await Copy.objects.acreate(title=title, shelf=hot, price=price)
                copy.price += number
                await copy.asave(update_fields=["price"])
                await Copy.objects.filter(pk=copy.pk).aupdate(shelf=side)
                if (number + price) % 2:
                    await copy.adelete()

    await together(*map(write, range(_TASKS)))

    assert await wrong() == []
    assert await Copy.objects.acount() == _TASKS * _ROUNDS // 2


@pytest.mark.usefixtures("queued")
@THREADS
async def test_transactions_of_tasks_neither_clash_nor_lose_a_write(
    market: Market,
    updates: Callable[[], AbstractContextManager[object]],
    *,
    sensitive: bool,
) -> None:
    """Each reads something else between its writes."""
    tallies: list[Tally] = []

    def trade(seed: int) -> None:
        with closing_connections():
            reads = READS[seed % len(READS)]
            tallies.append(Trader(market, seed, reads=reads).trade(_TRANSACTIONS))

    async def trade_in_task(seed: int) -> None:
        with updates():
            await sync_to_async(trade, thread_sensitive=sensitive)(seed)

    await together(*map(trade_in_task, range(_TASKS)))

    found = total(tallies)
    found.wrong = await wrong()
    assert found == Tally(done=_TRANSACTIONS * _TASKS), found


# Any: what a block gives, nobody asks for.
Block: TypeAlias = "Callable[[], AbstractAsyncContextManager[Any]]"
BLOCKS: Final[dict[str, Block]] = {
    "none": nullcontext,
    "quiet": not_computed,
    "deferred": deferred_updates,
    "immediate": immediate_updates,
}


async def in_blocks(work: Callable[[str, int], Awaitable[object]]) -> None:
    """Do the work in tasks, two in each block, while all these blocks are open."""
    tasks = [*BLOCKS, *BLOCKS]
    barrier = asyncio.Barrier(len(tasks))

    async def run(number: int, name: str) -> None:
        async with BLOCKS[name]():
            await barrier.wait()
            await work(name, number)
            await barrier.wait()

    await together(*(run(number, name) for number, name in enumerate(tasks)))


async def test_blocks_of_tasks_do_not_leak_into_async_calls() -> None:
    title = await Title.objects.acreate(name="title")
    found: dict[int, tuple[str, int]] = {}
    expected: dict[int, tuple[str, int]] = {}

    async def write(name: str, number: int) -> None:
        for turn in range(_ROUNDS):
            shelf = await Shelf.objects.acreate(label=f"{name}{turn}")
            await Copy.objects.acreate(title=title, shelf=shelf, price=1)
            row = await Shelf.objects.aget(pk=shelf.pk)
            found[row.pk] = row.upper, int(row.total)
            upper = f"{name}{turn}".upper()
            expected[row.pk] = ("", 0) if name == "quiet" else (upper, 1)

    await in_blocks(write)

    assert found == expected


@pytest.mark.usefixtures("queued")
@THREADS
async def test_blocks_of_tasks_do_not_leak_into_transactions(
    *, sensitive: bool
) -> None:
    """What a transaction refreshes before its end tells which block it runs in."""
    title = await Title.objects.acreate(name="title")
    found: dict[int, tuple[str, bool, int]] = {}

    def write(name: str, number: int) -> None:
        with closing_connections():
            attempt(lambda: _write(name, number), Tally())

    def _write(name: str, number: int) -> None:
        shelf = Shelf.objects.create(label=name)
        with transaction.atomic():
            with watched() as statements:
                for price in (1, 2):
                    Copy.objects.create(title=title, shelf=shelf, price=price)
            refreshed = any(is_update(sql) for sql in statements.on(Shelf))
        stored = Shelf.objects.values_list("total", flat=True).get(pk=shelf.pk)
        found[number] = name, refreshed, int(stored)

    await in_blocks(sync_to_async(write, thread_sensitive=sensitive))

    at_once = {"quiet": False, "deferred": False, "immediate": True}
    for name, refreshed, stored in found.values():
        assert stored == (0 if name == "quiet" else 3), name
        assert refreshed == at_once.get(name, refreshed), name
    assert len(found) == 2 * len(BLOCKS)
