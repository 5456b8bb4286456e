"""Where the count of a queryset is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_reckon.counts.caches import django as django_cache
from django_reckon.counts.lock import lock_key
from django_reckon.counts.request import request_for

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from django_reckon.protocols import CountKey

__all__ = ["cache_text", "flight_lock", "key_of"]


def key_of(queryset: QuerySet[Any]) -> CountKey:
    """Return the key of a FastCountQuerySet's count."""
    policy: Any = getattr(queryset, "policy")  # noqa: B009 - the stubs see a QuerySet
    return request_for(queryset, policy).key


def flight_lock(queryset: QuerySet[Any]) -> CountKey:
    """Return the key of the lock that whoever counts the queryset holds."""
    return lock_key(key_of(queryset), "flight")


def cache_text(key: CountKey) -> str:
    """Return the text under which DjangoCache puts the key into the cache."""
    return django_cache._text(key)
