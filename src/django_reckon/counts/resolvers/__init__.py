"""Ways to answer a count, all behind the CountResolver Protocol."""

from __future__ import annotations

from typing import Final

# Short names for FAST_COUNT_RESOLVERS and FastCountManager(resolvers=...). The first
# two also take the manager's own store, so the chain builds them itself.
RESOLVERS: Final[dict[str, str]] = {
    "cache": "django_reckon.counts.resolvers.kept.KeptCounts",
    "stored": "django_reckon.counts.resolvers.kept.KeptCounts",
    "exact": "django_reckon.counts.resolvers.exact.ExactCount",
}
