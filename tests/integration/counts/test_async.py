"""acount() in an event loop: no needless thread, no lost work, no blocked loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import pytest
from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.cache import cache
from django.db import connections
from django.test import AsyncClient

from django_reckon.counts.chain import chain_for
from django_reckon.counts.singleflight import flights
from django_reckon.models import FastCount
from tests.support.database import committing
from tests.support.holding import Holding
from tests.support.keys import flight_lock
from tests.support.loops import in_loop
from tests.support.native_cache import BlockingCache, NativeCache
from tests.support.statements import Statements, on_every_connection
from tests.support.twins import plain_count
from tests.support.workers import PATIENCE
from tests.support.world import add_author, add_books, add_essays, add_visits
from tests.testapp.models import Author, Book, Essay, Visit

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from pytest_django import Settings

    from django_reckon.protocols import CountInfo

    Make = Callable[[], QuerySet[Any]]

pytestmark = committing

LOCMEM: Final = {"BACKEND": "django", "OPTIONS": {"alias": "locmem"}}
PLAIN: Final[dict[str, Make]] = {
    "all": Book.objects.all,
    "ordered": lambda: Book.objects.order_by("-title"),
    "flag": lambda: Book.objects.filter(flag=False),
    "in": lambda: Book.objects.filter(pages__in=[0, 1]),
    "excluded": lambda: Book.objects.exclude(flag=True),
    "related key": lambda: Book.objects.filter(author_id=Author.objects.get().pk),
}
each_plain = pytest.mark.parametrize("case", PLAIN)


def hopped(make: Make, hops: list[str]) -> tuple[CountInfo, list[str]]:
    """Return the answer of one await and the thread hops it took."""
    counted: Any = make()

    async def run() -> tuple[CountInfo, list[str]]:
        hops.clear()
        info = await counted.acount_info()
        return info, list(hops)

    return in_loop(run())


@each_plain
def test_hit_in_local_memory_needs_no_thread(
    case: str, hops: list[str], settings: Settings
) -> None:
    settings.FAST_COUNT_CACHE = LOCMEM
    add_books(2)
    PLAIN[case]().count()

    info, carried = hopped(PLAIN[case], hops)

    assert (info.value, info.source, carried) == (2, "cache", [])


@each_plain
def test_hit_in_a_cache_with_async_io_needs_no_thread(
    case: str, hops: list[str], settings: Settings
) -> None:
    settings.CACHES = _caches(settings, "NativeCache")
    NativeCache.values.clear()
    add_books(2)
    PLAIN[case]().count()
    NativeCache.awaited.clear()

    info, carried = hopped(PLAIN[case], hops)

    assert (info.value, info.source, carried) == (2, "cache", [])
    assert NativeCache.awaited == ["aget"]


def test_hit_in_a_cache_that_blocks_needs_one_thread(
    hops: list[str], settings: Settings
) -> None:
    settings.CACHES = _caches(settings, "BlockingCache")
    BlockingCache.values.clear()
    add_books(2)
    Book.objects.count()

    info, carried = hopped(Book.objects.all, hops)

    assert (info.value, info.source) == (2, "cache")
    assert len(carried) == 1


def test_hit_of_a_manager_with_precaching_needs_no_thread_either(
    hops: list[str], settings: Settings
) -> None:
    settings.FAST_COUNT_CACHE = LOCMEM
    settings.FAST_COUNT_DISPATCHER = "tests.support.stores.RecordingDispatcher"
    add_visits(2)
    Visit.objects.precache_counts()
    in_loop(Visit.objects.acount())

    info, carried = hopped(Visit.objects.all, hops)

    assert (info.value, info.source, carried) == (2, "cache", [])


def test_hit_in_the_table_needs_two_threads_at_most(hops: list[str]) -> None:
    add_books(2)
    Book.objects.count()
    cache.clear()

    info, carried = hopped(Book.objects.all, hops)

    assert (info.value, info.source) == (2, "stored")
    # Django carries what a cache does itself to a thread of its own.
    ours = [name for name in carried if not name.endswith("Cache.get")]
    assert len([*ours, *(name for name in carried if name == "TableCache.get")]) <= 2


def test_evaluated_queryset_needs_no_thread(hops: list[str]) -> None:
    add_books(2)
    books = Book.objects.all()
    list(books)

    info, carried = hopped(lambda: books, hops)

    assert (info.value, info.source, carried) == (2, "memory", [])


COMPILED: Final[dict[str, Make]] = {
    "joined": lambda: Book.objects.filter(author__name="Ada"),
    "json": lambda: Book.objects.filter(details__a=1),
    "case-insensitive": lambda: Book.objects.filter(title__icontains="book"),
    "regular expression": lambda: Book.objects.filter(title__regex="^B"),
    "subquery": lambda: Book.objects.filter(author__in=Author.objects.all()),
    "union": lambda: Book.objects.filter(flag=True).union(Book.objects.all()),
    "distinct": lambda: Book.objects.values("pages").distinct(),
    "year": lambda: Book.objects.filter(printed__year=2000),
    "slice": lambda: Book.objects.all()[:1],
    "none": Book.objects.none,
}


@pytest.mark.parametrize("case", COMPILED)
def test_query_that_must_be_compiled_works_in_a_new_event_loop(case: str) -> None:
    """MariaDB's features are read from the server, which a loop must not do."""
    add_books(3)
    books = COMPILED[case]

    async def counted() -> list[int]:
        return [await books().acount() for _ in range(2)]

    assert in_loop(counted()) == [plain_count(books())] * 2


def test_fifty_calls_at_once_run_one_count() -> None:
    add_essays(2)
    statements = Statements()

    async def fifty() -> list[int]:
        return await asyncio.gather(*(Essay.objects.acount() for _ in range(50)))

    with on_every_connection(statements):
        counted = in_loop(fifty())

    assert counted == [2] * 50
    assert len(statements.counts()) == 1


def test_twenty_requests_with_threads_of_their_own_run_one_count() -> None:
    """Under ASGI each request has a thread and a connection to itself."""
    add_essays(2)
    statements = Statements()

    async def request() -> int:
        async with ThreadSensitiveContext():
            counted = await Essay.objects.acount()
            await sync_to_async(connections.close_all)()
            return counted

    async def twenty() -> list[int]:
        return await asyncio.gather(*(request() for _ in range(20)))

    with on_every_connection(statements):
        counted = in_loop(twenty())

    assert counted == [2] * 20
    assert len(statements.counts()) == 1


@pytest.fixture
def held() -> Holding:
    return Holding()


async def cancel(held: Holding) -> None:
    """Cancel a caller in the middle of its COUNT, and let the COUNT end."""
    task = asyncio.ensure_future(Essay.objects.acount())
    await asyncio.to_thread(held.started.wait, PATIENCE)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    held.let_go.set()


def test_cancelled_caller_leaves_no_lock_behind(held: Holding) -> None:
    add_essays(2)

    with on_every_connection(held):
        in_loop(cancel(held))

    store = chain_for(Essay.objects.policy).shared
    assert store.get(flight_lock(Essay.objects.all())) is None
    assert flights._flights == {}


def test_count_of_a_cancelled_caller_is_kept(held: Holding) -> None:
    add_essays(2)

    with on_every_connection(held):
        in_loop(cancel(held))

    assert FastCount.objects.get().count == 2
    assert held.counts == 1


def test_cancelled_caller_takes_nobody_else_along(held: Holding) -> None:
    """The others wait for the same COUNT, which goes on."""
    add_essays(2)

    async def others() -> list[int]:
        waiting = [asyncio.ensure_future(Essay.objects.acount()) for _ in range(3)]
        await cancel(held)
        return await asyncio.gather(*waiting)

    with on_every_connection(held):
        counted = in_loop(others())

    assert counted == [2, 2, 2]


def test_event_loop_stays_free_while_the_database_counts(held: Holding) -> None:
    add_essays(2)

    async def beside() -> tuple[str, int]:
        task = asyncio.ensure_future(Essay.objects.acount())
        await asyncio.to_thread(held.started.wait, PATIENCE)
        meanwhile = await asyncio.create_task(_answer())
        held.let_go.set()
        return meanwhile, await task

    async def _answer() -> str:
        return "answered"

    with on_every_connection(held):
        assert in_loop(beside()) == ("answered", 2)


def test_async_view_counts_fast(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.support.asgi_urls"
    add_books(2, flag=True)

    async def two_requests() -> list[dict[str, object]]:
        client = AsyncClient()
        return [(await client.get("/counted/")).json() for _ in range(2)]

    assert in_loop(two_requests()) == [
        {"value": 2, "source": "exact"},
        {"value": 2, "source": "cache"},
    ]


def test_async_related_manager_counts_fast() -> None:
    author: Any = add_author()
    add_books(2, author=author)

    async def counted() -> list[str]:
        return [(await author.books.acount_info()).source for _ in range(2)]

    assert in_loop(counted()) == ["exact", "cache"]


def test_async_trigger_hands_the_work_over(settings: Settings) -> None:
    settings.FAST_COUNT_DISPATCHER = "inline"
    add_visits(2)

    in_loop(Visit.objects.amaybe_trigger_precache())

    assert FastCount.objects.filter(is_precached=True).count() == 2


def _caches(settings: Settings, name: str) -> dict[str, Any]:
    backend = {"BACKEND": f"tests.support.native_cache.{name}"}
    return {**settings.CACHES, "default": backend}
