"""Django settings of a measured process; they follow its Setup."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from benchmarks.counting.setup import Setup

_SETUP: Final = Setup.from_environment()
_BACKENDS: Final[dict[str, str]] = {
    "locmem": "django.core.cache.backends.locmem.LocMemCache",
    "redis": "django.core.cache.backends.redis.RedisCache",
    "dummy": "django.core.cache.backends.dummy.DummyCache",
    "memory": "django.core.cache.backends.dummy.DummyCache",
}

SECRET_KEY = "only-for-benchmarks"
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# django-fast-count builds the path of its command with it.
BASE_DIR = Path(__file__).parent
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    *_SETUP.side.apps,
    "benchmarks.counting.world",
]
DATABASES: dict[str, dict[str, Any]] = {"default": _SETUP.database}
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": _BACKENDS[_SETUP.cache],
        "LOCATION": _SETUP.redis_url if _SETUP.cache == "redis" else "benchmarks",
        "KEY_PREFIX": _SETUP.key_prefix if _SETUP.cache == "redis" else "",
    }
}
if _SETUP.cache in {"dummy", "memory"}:
    # Where bytes are counted: what the table keeps takes no memory of the process.
    FAST_COUNT_RESOLVERS = ["cache", "exact"]
    FAST_COUNT_CACHE = "memory" if _SETUP.cache == "memory" else "django"
CACHEOPS_REDIS = _SETUP.redis_url


def CACHEOPS_PREFIX(_: object) -> str:  # noqa: N802 - a setting that is a function
    """Return what its keys begin with, so that only they are deleted."""
    return f"{_SETUP.key_prefix}:"


globals().update(_SETUP.side.options)
