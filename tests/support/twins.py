"""The two faces of a counting queryset, so that one test serves both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from asgiref.sync import async_to_sync
from django.db.models import QuerySet

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from django_reckon.counts.report import PrecacheReport
    from django_reckon.protocols import CountInfo

__all__ = ["ASYNC", "SYNC", "Countable", "Twin", "plain_count"]

T = TypeVar("T")


class Countable(Protocol):
    """What managers and querysets have in common."""

    def count(self) -> int: ...
    async def acount(self) -> int: ...
    def count_info(self) -> CountInfo: ...
    async def acount_info(self) -> CountInfo: ...
    def precache_counts(self) -> PrecacheReport: ...
    async def aprecache_counts(self) -> PrecacheReport: ...
    def maybe_trigger_precache(self) -> None: ...
    async def amaybe_trigger_precache(self) -> None: ...


class Twin(Protocol):
    """One of the two ways to ask."""

    def count(self, counted: Any) -> int: ...
    def info(self, counted: Any) -> CountInfo: ...
    def precache(self, counted: Any) -> PrecacheReport: ...
    def trigger(self, counted: Any) -> None: ...


class _Sync:
    def count(self, counted: Countable) -> int:
        return counted.count()

    def info(self, counted: Countable) -> CountInfo:
        return counted.count_info()

    def precache(self, counted: Countable) -> PrecacheReport:
        return counted.precache_counts()

    def trigger(self, counted: Countable) -> None:
        counted.maybe_trigger_precache()


class _Async:
    """
    The async methods, called from sync code.

    The event loop runs in a fresh thread; the database work comes back to the
    caller's thread, and so to its transaction.
    """

    def count(self, counted: Countable) -> int:
        return _awaited(counted.acount)

    def info(self, counted: Countable) -> CountInfo:
        return _awaited(counted.acount_info)

    def precache(self, counted: Countable) -> PrecacheReport:
        return _awaited(counted.aprecache_counts)

    def trigger(self, counted: Countable) -> None:
        _awaited(counted.amaybe_trigger_precache)


def _awaited(call: Callable[[], Awaitable[T]]) -> T:
    """Await the call; a manager's own methods are not marked as coroutines."""

    async def run() -> T:
        return await call()

    return async_to_sync(run)()


SYNC: Twin = _Sync()
ASYNC: Twin = _Async()


def plain_count(queryset: QuerySet[Any, Any]) -> int:
    """Return what Django itself counts: the oracle."""
    return QuerySet(
        model=queryset.model, query=queryset.query.chain(), using=queryset.db
    ).count()
