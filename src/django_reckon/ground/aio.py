"""The one bridge between sync and async code."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async

P = ParamSpec("P")
R = TypeVar("R")


def in_thread(work: Callable[P, R]) -> Callable[P, Awaitable[R]]:
    """
    Return an awaitable twin of work that runs in the thread of database connections.

    Django's connections belong to a thread, and async code must meet the same one in
    every call, or it would leave its own transaction: hence thread_sensitive.
    """
    return sync_to_async(work, thread_sensitive=True)
