"""Calling a method or its async twin, so that one test serves both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from asgiref.sync import async_to_sync

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ACTS", "Act"]


class Act(Protocol):
    """
    Calls what an object names so, with arguments of its own.

    Any: methods of any kind.
    """

    def __call__(self, owner: object, name: str, /, *args: Any, **kwargs: Any) -> Any:
        """Return what the method does."""
        ...


def _plainly(owner: object, name: str, /, *args: Any, **kwargs: Any) -> Any:
    return getattr(owner, name)(*args, **kwargs)


def _awaiting(owner: object, name: str, /, *args: Any, **kwargs: Any) -> Any:
    """
    Await the method whose name begins with an "a".

    The event loop runs in a fresh thread; the database work comes back to the caller's
    thread, and so to its transaction.
    """
    twin: Callable[..., Any] = getattr(owner, f"a{name}")

    async def run() -> Any:
        return await twin(*args, **kwargs)

    return async_to_sync(run)()


ACTS: dict[str, Act] = {"sync": _plainly, "async": _awaiting}
