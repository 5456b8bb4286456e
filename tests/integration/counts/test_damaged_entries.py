"""What others put under our keys is neither believed nor a hindrance."""

from __future__ import annotations

import datetime as dt
import math
import time
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.core.cache import cache, caches

from django_reckon.counts.caches.django import DjangoCache
from tests.support.database import committing
from tests.support.keys import cache_text, flight_lock, key_of
from tests.support.world import add_books, add_essays
from tests.testapp.models import Book, Essay

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django import Settings

    from django_reckon.protocols import CountEntry, CountKey
    from tests.support.twins import Twin

pytestmark = committing

_NOW: Final = time.time()
_LATER: Final = _NOW + 300.0

GARBAGE: Final[dict[str, object]] = {
    "a number": 5,
    "a text": "5",
    "no bytes": b"",
    "an empty tuple": (),
    "a truncated tuple": (5, _NOW, _LATER),
    "a longer tuple": (5, _NOW, _LATER, _LATER, False, "more"),
    "a text for a number": ("5", _NOW, _LATER, _LATER, False),
    "a truth for a number": (True, _NOW, _LATER, _LATER, False),
    "no number": (None, _NOW, _LATER, _LATER, False),
    "half a row": (5.5, _NOW, _LATER, _LATER, False),
    "less than no rows": (-5, _NOW, _LATER, _LATER, False),
    "times that are texts": (5, "now", "later", "later", False),
    "times that are no numbers": (5, math.nan, math.nan, math.nan, False),
    "times without end": (5, _NOW, math.inf, math.inf, False),
    "a dict": {"value": 5},
    "an object": object,
}
each_garbage = pytest.mark.parametrize("garbage", GARBAGE)


@each_garbage
def test_damaged_entry_is_not_believed(garbage: str, twin: Twin) -> None:
    add_books(2)
    cache.set(cache_text(key_of(Book.objects.all())), GARBAGE[garbage])

    assert twin.count(Book.objects.all()) == 2


@each_garbage
def test_damaged_entry_is_replaced(garbage: str, twin: Twin) -> None:
    add_books(2)
    cache.set(cache_text(key_of(Book.objects.all())), GARBAGE[garbage])
    twin.count(Book.objects.all())

    info = twin.info(Book.objects.all())

    assert (info.value, info.source) == (2, "cache")


LOCKS: Final[dict[str, object]] = {
    "no lock at all": "5",
    "of a host whose clock is a minute behind": (5, _NOW, _NOW - 60, _NOW - 60, False),
}


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_that_looks_free_but_is_not_keeps_nobody_spinning(
    lock: str, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    """The wait may last to its limit; asking without a pause would load the cache."""
    settings.FAST_COUNT_FLIGHT_LIMIT = dt.timedelta(milliseconds=300)
    add_books(2)
    cache.set(cache_text(flight_lock(Book.objects.all())), LOCKS[lock])
    asked: list[CountKey] = []
    plain = DjangoCache.add

    def add(self: DjangoCache, key: CountKey, entry: CountEntry) -> bool:
        asked.append(key)
        return plain(self, key, entry)

    monkeypatch.setattr(DjangoCache, "add", add)

    counted = Book.objects.count()

    assert counted == 2
    # From 5 ms on the pauses double: 300 ms hold a handful of looks, not thousands.
    assert len(asked) < 50


# What lies in Redis under the key, and how it came there.
FOREIGN: Final[dict[str, Callable[[Any, str], object]]] = {
    "no pickle at all": lambda client, name: client.set(name, b"\x80no pickle"),
    "a pickle cut off": lambda client, name: client.set(name, b"\x80\x05\x95\x1a"),
    "a pickle of what is not here": lambda client, name: client.set(
        name, b"cno.such.module\nThing\n."
    ),
    "nothing": lambda client, name: client.set(name, b""),
    "a list": lambda client, name: client.rpush(name, "5"),
    "a hash": lambda client, name: client.hset(name, "value", "5"),
}


@pytest.mark.servers
@pytest.mark.parametrize("foreign", FOREIGN)
class TestRedis:
    """Values under our key that Django's cache did not put there."""

    @pytest.fixture(autouse=True)
    def _redis(self, foreign: str, settings: Settings, redis_url: str) -> None:
        redis = {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": redis_url,
            "KEY_PREFIX": settings.REDIS_KEY_PREFIX,
        }
        settings.CACHES = {**settings.CACHES, "default": redis}
        add_books(2)
        default: Any = caches["default"]
        name = default.make_and_validate_key(cache_text(key_of(Book.objects.all())))
        FOREIGN[foreign](default._cache.get_client(name, write=True), name)

    def test_foreign_entry_is_not_believed(self, twin: Twin) -> None:
        assert twin.count(Book.objects.all()) == 2

    def test_foreign_entry_is_replaced(self, twin: Twin) -> None:
        twin.count(Book.objects.all())

        info = twin.info(Book.objects.all())

        assert (info.value, info.source) == (2, "cache")

    def test_foreign_entry_takes_the_cache_from_nobody_else(self, twin: Twin) -> None:
        add_essays(3)
        twin.count(Essay.objects.all())

        twin.count(Book.objects.all())

        assert twin.info(Essay.objects.all()).source == "cache"
