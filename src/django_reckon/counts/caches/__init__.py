"""Places that keep counts, all behind the CountCache Protocol."""

from __future__ import annotations

from typing import Final

# Short names for FAST_COUNT_CACHE and FastCountManager(cache=...).
CACHES: Final[dict[str, str]] = {
    "django": "django_reckon.counts.caches.django.DjangoCache",
    "memory": "django_reckon.counts.caches.memory.MemoryCache",
    "null": "django_reckon.counts.caches.null.NullCache",
    "table": "django_reckon.counts.caches.table.TableCache",
}
