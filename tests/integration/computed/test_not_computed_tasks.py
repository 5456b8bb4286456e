"""A block of one task or thread is no other's."""

from __future__ import annotations

import asyncio
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from django_reckon.models import not_computed
from tests.computedapp.models import Shelf
from tests.support.database import committing

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = committing


async def _upper(label: str) -> str:
    shelf = await Shelf.objects.aget(label=label)
    return str(shelf.upper)


async def test_other_tasks_compute_meanwhile() -> None:
    inside, done = asyncio.Event(), asyncio.Event()

    async def suspended() -> None:
        async with not_computed():
            inside.set()
            await done.wait()
            await Shelf.objects.acreate(label="mine")

    async def other() -> None:
        await inside.wait()
        await Shelf.objects.acreate(label="theirs")
        done.set()

    await asyncio.gather(suspended(), other())

    assert await _upper("mine") == ""
    assert await _upper("theirs") == "THEIRS"


async def test_task_begun_inside_the_block_follows_it() -> None:
    async with not_computed():
        await asyncio.create_task(Shelf.objects.acreate(label="child"))

    assert await _upper("child") == ""


async def test_sync_code_of_the_task_follows_its_block() -> None:
    async with not_computed(recover=True):
        await sync_to_async(Shelf.objects.create)(label="sync")
        inside = await _upper("sync")

    assert inside == ""
    assert await _upper("sync") == "SYNC"


async def test_plain_block_holds_for_the_async_calls_of_its_task() -> None:
    with not_computed():
        await Shelf.objects.acreate(label="plain")

    assert await _upper("plain") == ""


async def test_tasks_catch_up_with_their_own_writes_alone() -> None:
    first_done = asyncio.Event()

    async def writes(label: str, *, waits: bool) -> str:
        async with not_computed(recover=True):
            await Shelf.objects.acreate(label=label)
            if waits:
                await first_done.wait()
        first_done.set()
        return await _upper(label)

    values = await asyncio.gather(
        writes("slow", waits=True), writes("quick", waits=False)
    )

    assert list(values) == ["SLOW", "QUICK"]


@pytest.mark.needs("concurrent_writers")
def test_other_threads_compute_meanwhile() -> None:
    def write() -> None:
        try:
            Shelf.objects.create(label="theirs")
        finally:
            connections.close_all()

    with not_computed():
        _run_in_thread(write)
        Shelf.objects.create(label="mine")

    assert Shelf.objects.get(label="theirs").upper == "THEIRS"
    assert Shelf.objects.get(label="mine").upper == ""


def _run_in_thread(work: Callable[[], None]) -> None:
    thread = Thread(target=work)
    thread.start()
    thread.join()
