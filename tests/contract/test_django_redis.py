"""DjangoCache over Redis, up and down."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import caches
from typing_extensions import override

from django_reckon.counts.caches.django import DjangoCache
from django_reckon.ground import clock
from django_reckon.protocols import CountEntry
from django_reckon.testing import CountCacheContract

if TYPE_CHECKING:
    from pytest_django import Settings

    from django_reckon.protocols import CountCache

pytestmark = pytest.mark.servers


def _redis(url: str, prefix: str) -> dict[str, Any]:
    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": url,
        "KEY_PREFIX": prefix,
    }


@pytest.fixture(autouse=True)
def redis_caches(settings: Settings, redis_url: str, closed_port: int) -> None:
    """Add a cache that works and one whose server nobody started."""
    prefix = settings.REDIS_KEY_PREFIX
    json_options = {"serializer": f"{__name__}.JSONSerializer"}
    settings.CACHES = {
        **settings.CACHES,
        "json": {**_redis(redis_url, f"{prefix}:json"), "OPTIONS": json_options},
        "redis": _redis(redis_url, prefix),
        "down": _redis(f"redis://127.0.0.1:{closed_port}/0", prefix),
    }


class JSONSerializer:
    """As projects use whose caches must not hold pickles."""

    def dumps(self, value: object) -> bytes:
        return json.dumps(value).encode()

    def loads(self, data: bytes) -> object:
        return json.loads(data)


class TestDjangoCacheOverRedis(CountCacheContract):
    @override
    def make_store(self) -> CountCache:
        return DjangoCache("redis")

    @override
    def make_broken_store(self) -> CountCache:
        return DjangoCache("down")

    @override
    def close_thread(self) -> None:
        caches["redis"].close()

    @pytest.mark.parametrize("lifetime", [0.5, 1.0, 1.5])
    def test_a_short_lived_entry_lives_as_long_as_it_says(
        self, lifetime: float
    ) -> None:
        """Redis takes whole seconds; rounded down, half a second is none at all."""
        store, key, now = self.make_store(), self._key("short"), clock.now()
        entry = CountEntry(1, now, now + lifetime, now + lifetime)

        store.set(key, entry)

        self._assert_same(store.get(key), entry)

    @pytest.mark.parametrize("lifetime", [0.5, 1.0, 1.5])
    def test_a_short_lived_lock_keeps_others_out(self, lifetime: float) -> None:
        store, key, now = self.make_store(), self._key("lock"), clock.now()
        entry = CountEntry(1, now, now + lifetime, now + lifetime)

        granted = [store.add(key, entry) for _ in range(2)]

        assert granted == [True, False]

    def test_entry_of_half_minute_is_not_cut_by_a_second(self) -> None:
        """A lock that falls free early is deleted by an owner who thinks it his."""
        store, key, now = self.make_store(), self._key("whole"), clock.now()

        store.add(key, CountEntry(1, now, now + 30.0, now + 30.0))

        client = caches["redis"]._cache.get_client()  # type: ignore[attr-defined]
        name = next(iter(client.scan_iter(f"*{key.digest}")))
        assert client.pttl(name) > 29_000


class TestDjangoCacheOverRedisInJson(CountCacheContract):
    @override
    def make_store(self) -> CountCache:
        return DjangoCache("json")

    @override
    def close_thread(self) -> None:
        caches["json"].close()
