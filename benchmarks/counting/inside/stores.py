"""Emptying what counts are kept in."""

from __future__ import annotations

from django.core.cache import cache
from redis import Redis

from benchmarks.counting.adapters.chosen import adapter
from benchmarks.counting.setup import Setup


def forget() -> None:
    """Empty both tiers, so that the next count is a miss."""
    adapter.forget()
    forget_cache()


def forget_cache() -> None:
    """Empty the cache; in Redis only the keys of this side."""
    setup = Setup.from_environment()
    if setup.cache == "redis":
        delete_keys(setup.redis_url, setup.key_prefix)
    else:
        cache.clear()


def delete_keys(redis_url: str, prefix: str) -> None:
    """Delete every key with that prefix."""
    with Redis.from_url(redis_url) as client:
        keys = list(client.scan_iter(f"{prefix}*", count=1000))
        if keys:
            client.delete(*keys)


def wake() -> None:
    """Let the next count find an empty cache, and precaching due."""
    forget_cache()
    adapter.wake()
