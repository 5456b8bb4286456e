"""Running coroutines from plain tests."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from asgiref.sync import sync_to_async
from django.db import connections

if TYPE_CHECKING:
    from collections.abc import Coroutine

__all__ = ["in_loop"]

T = TypeVar("T")


def in_loop(coroutine: Coroutine[object, object, T]) -> T:
    """
    Run a coroutine as an ASGI server does: the database has a thread of its own.

    That thread's connections are closed at the end, for they would keep the test
    database from being dropped. The loop is one of our own: asyncio.run() would take
    pytest-asyncio's away.
    """

    async def run() -> T:
        try:
            return await coroutine
        finally:
            await sync_to_async(connections.close_all)()

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(run())
