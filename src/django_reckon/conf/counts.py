"""Every setting, typed, with its default beside its meaning."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.module_loading import import_string

from django_reckon.conf.reading import Namespace
from django_reckon.ground.shapes import is_duration
from django_reckon.ground.vendors import vendor_of
from django_reckon.protocols import BackendSpec

PREFIX: Final = "FAST_COUNT_"
_read: Final = Namespace(PREFIX)
# Memcached takes keys of 250 bytes without blanks; the rest is ours and Django's.
_KEY_PREFIX: Final = re.compile(r"[!-~]{1,64}")


def database_tenant(connection: BaseDatabaseWrapper) -> str:
    """Return the default FAST_COUNT_TENANT: PostgreSQL's configured search_path."""
    return vendor_of(connection).tenant(connection)


@dataclass(frozen=True, slots=True)
class Settings:
    """
    The FAST_COUNT_* settings.

    Attributes:
        cache: First tier of kept counts, FAST_COUNT_CACHE.
        resolvers: Who answers a count, in order, FAST_COUNT_RESOLVERS.
        dispatcher: Where precaching runs, FAST_COUNT_DISPATCHER.
        tenant: Adds to the fingerprint, FAST_COUNT_TENANT.
        key_prefix: Begins every cache key, FAST_COUNT_KEY_PREFIX.
        flight_limit: How long callers wait for another's COUNT, in seconds,
            FAST_COUNT_FLIGHT_LIMIT.
        concurrency: Querysets that aprecache_counts() counts at once,
            FAST_COUNT_PRECACHE_CONCURRENCY.
    """

    cache: BackendSpec = "django"
    resolvers: tuple[BackendSpec, ...] = ("cache", "stored", "exact")
    dispatcher: BackendSpec = "subprocess"
    tenant: Callable[[BaseDatabaseWrapper], str] = database_tenant
    key_prefix: str = "reckon"
    flight_limit: float = 30.0
    concurrency: int = 4


@lru_cache(maxsize=1)
def current() -> Settings:
    """
    Return the settings in force.

    Raises:
        ConfigurationError: One of them cannot be used.
    """
    default = Settings()
    return Settings(
        cache=_read.get("CACHE", default.cache),
        resolvers=tuple(_sequence("RESOLVERS", default.resolvers)),
        dispatcher=_read.get("DISPATCHER", default.dispatcher),
        tenant=_callable("TENANT", default.tenant),
        key_prefix=_text("KEY_PREFIX", default.key_prefix),
        flight_limit=_seconds("FLIGHT_LIMIT", default.flight_limit),
        concurrency=_read.positive("PRECACHE_CONCURRENCY", default.concurrency),
    )


def _sequence(name: str, default: Sequence[BackendSpec]) -> Sequence[BackendSpec]:
    value = _read.get(name, default)
    if not isinstance(value, list | tuple) or not value:
        raise _read.wrong(name, value, "a list of resolver names")
    return value


def _callable(
    name: str, default: Callable[[BaseDatabaseWrapper], str]
) -> Callable[[BaseDatabaseWrapper], str]:
    value = _read.get(name, default)
    try:
        found = import_string(value) if isinstance(value, str) else value
    except ImportError as error:
        raise _read.wrong(name, value, "the dotted path of a function") from error
    if not callable(found):
        raise _read.wrong(name, value, "the dotted path of a function")
    checked: Callable[[BaseDatabaseWrapper], str] = found
    return checked


def _text(name: str, default: str) -> str:
    value = _read.get(name, default)
    if not isinstance(value, str) or not _KEY_PREFIX.fullmatch(value):
        raise _read.wrong(
            name, value, "a short ASCII text without spaces, 1 to 64 characters"
        )
    return value


def _seconds(name: str, default: float) -> float:
    value = _read.get(name, dt.timedelta(seconds=default))
    if not is_duration(value):
        raise _read.wrong(name, value, "a positive timedelta")
    seconds: float = value.total_seconds()
    return seconds


_read.on_change(current.cache_clear)
