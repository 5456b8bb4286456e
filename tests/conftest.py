"""Fixtures for every test, and the marks that follow from where a test stands."""

from __future__ import annotations

import asyncio
import inspect
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
import redis
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.cache import caches
from django.db import connection, connections

from tests import capabilities, choices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoDbBlocker

HERE: Final = Path(__file__).parent

# What stands here behaves alike on every database, so that one run of it is enough.
_ONCE_DIRECTORIES: Final = frozenset({"demo", "typing", "unit"})
# Slow, and about the database all the same.
_SLOW_PER_DATABASE: Final = frozenset({"concurrency", "properties"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark with ``once`` what need not run again on a second database."""
    for item in items:
        if _runs_once(item):
            item.add_marker(pytest.mark.once)


@pytest.fixture(autouse=True)
def _capabilities(request: pytest.FixtureRequest) -> None:
    """Skip a test whose ``needs`` marks name what this database lacks."""
    names = tuple(
        name for mark in request.node.iter_markers("needs") for name in mark.args
    )
    if not names:
        return
    # Some features are read from the server, so the test database must stand.
    request.getfixturevalue("django_db_setup")
    blocker: DjangoDbBlocker = request.getfixturevalue("django_db_blocker")
    with blocker.unblock():
        reason = capabilities.missing(connection, names)
    if reason:
        pytest.skip(reason)


@pytest.fixture(autouse=True)
def _empty_caches() -> None:
    """Let no test find what another one cached."""
    for alias in settings.CACHES:
        if settings.CACHES[alias]["BACKEND"].endswith("RedisCache"):
            _empty_redis()
        else:
            caches[alias].clear()


@pytest.fixture(autouse=True)
def _async_connections(request: pytest.FixtureRequest) -> Iterator[None]:
    """
    Close what an async test opened in asgiref's thread.

    That thread outlives the test, and an open connection keeps the test database from
    being dropped. It is also outside the transaction that a plain ``django_db`` rolls
    back, so such a test would write for real: it must ask for ``transaction=True``.
    """
    if not inspect.iscoroutinefunction(request.function):
        yield
        return
    mark = request.node.get_closest_marker("django_db")
    if mark is not None:
        transactional = "transactional_db" in request.fixturenames
        if not (transactional or mark.kwargs.get("transaction")):
            pytest.fail("An async test needs django_db(transaction=True).")
        # Set up after the database, to be torn down before it.
        request.getfixturevalue("transactional_db")
    yield
    _close_async_connections()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """Let no connection of asgiref's thread keep the databases from being dropped."""
    yield
    _close_async_connections()


@pytest.fixture
def redis_url() -> Iterator[str]:
    """
    Yield the URL of a Redis database for this process.

    Keep keys under ``settings.REDIS_KEY_PREFIX``: these are removed before and after,
    and nothing else is.
    """
    try:
        _empty_redis()
    except redis.RedisError as error:
        reason = f"Redis does not answer at {settings.REDIS_URL}: {error}"
        if choices.in_ci():
            pytest.fail(reason)
        pytest.skip(f"{reason} Start it with: redis-server --port 6379")
    yield settings.REDIS_URL
    _empty_redis()


def _runs_once(item: pytest.Item) -> bool:
    """Return whether a test says nothing about the database it runs on."""
    place = item.path.relative_to(HERE).parts
    if len(place) == 1 or place[0] in _ONCE_DIRECTORIES:
        return True
    if item.get_closest_marker("browser"):
        return True
    is_slow = item.get_closest_marker("slow") is not None
    return is_slow and place[0] not in _SLOW_PER_DATABASE


def _close_async_connections() -> None:
    """Close the connections of the thread that ``sync_to_async`` uses."""
    # A loop of our own: asyncio.run() would take pytest-asyncio's away.
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(sync_to_async(connections.close_all)())
    finally:
        loop.close()


def _empty_redis() -> None:
    """Remove our own keys; a flush would take those of a neighbour's run too."""
    client = _redis_client(settings.REDIS_URL)
    keys = list(client.scan_iter(f"{settings.REDIS_KEY_PREFIX}:*", count=1000))
    if keys:
        client.delete(*keys)


@cache
def _redis_client(url: str) -> redis.Redis:
    """Return one client for all tests: connecting takes longer than looking."""
    return redis.Redis.from_url(url, socket_connect_timeout=3)
