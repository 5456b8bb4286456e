"""How one manager counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from django_reckon.ground.shapes import LONGEST, is_duration, is_whole
from django_reckon.protocols import BackendSpec, Retention

_TEN_MINUTES: Final = dt.timedelta(minutes=10)
_LEAST_LOCK: Final = dt.timedelta(seconds=300)
_LONGEST_SECONDS: Final = int(LONGEST.total_seconds())
_KEEP_NOTHING: Final = Retention(0, None, 0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountPolicy:
    """
    The configuration of one manager, as FastCountManager takes it.

    Attributes:
        manager_name: Name of the manager on its model.
        problems: What is wrong with the rest, in sentences; empty when all is well.
        retention: The times and thresholds in seconds, as resolvers want them.
        backends: Tells policies with different stores or resolvers apart.
    """

    manager_name: str = "objects"
    precache_count_every: dt.timedelta = _TEN_MINUTES
    cache_counts_larger_than: int = 1_000_000
    expire_cached_counts_after: dt.timedelta = _TEN_MINUTES
    precache_lock_timeout: dt.timedelta | int | None = None
    disable_forked_precaching: bool = False
    cache_counts_slower_than: dt.timedelta | None = None
    serve_stale_for: dt.timedelta = dt.timedelta()
    invalidate_on_write: bool = False
    cache: BackendSpec | None = None
    resolvers: Sequence[BackendSpec] | None = None
    dispatcher: BackendSpec | None = None
    problems: tuple[str, ...] = field(init=False, compare=False)
    retention: Retention = field(init=False, compare=False)
    backends: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Look for mistakes, and work out what every count needs."""
        set_field = object.__setattr__
        set_field(self, "problems", tuple(_problems(self)))
        set_field(self, "backends", repr((self.cache, self.resolvers)))
        set_field(
            self, "retention", _KEEP_NOTHING if self.problems else _retention(self)
        )

    @property
    def precache_seconds(self) -> float:
        """Seconds from the start of one precaching to when the next is due."""
        return self.precache_count_every.total_seconds()

    @property
    def lock_seconds(self) -> float:
        """Seconds after which a precaching run is taken for dead."""
        timeout = self.precache_lock_timeout
        if timeout is None:
            timeout = max(_LEAST_LOCK, self.precache_count_every * 1.5)
        return float(
            timeout.total_seconds() if isinstance(timeout, dt.timedelta) else timeout
        )


def _retention(policy: CountPolicy) -> Retention:
    slower_than = policy.cache_counts_slower_than
    return Retention(
        larger_than=policy.cache_counts_larger_than,
        slower_than=None if slower_than is None else slower_than.total_seconds(),
        fresh_for=policy.expire_cached_counts_after.total_seconds(),
        stale_for=policy.serve_stale_for.total_seconds(),
    )


def _problems(policy: CountPolicy) -> list[str]:
    """Say what is wrong; the values come from users, whatever the annotations say."""
    found = [
        f"{name} is {value!r}. Give a positive timedelta."
        for name, value in (
            ("precache_count_every", policy.precache_count_every),
            ("expire_cached_counts_after", policy.expire_cached_counts_after),
        )
        if not is_duration(value)
    ]
    if policy.cache_counts_slower_than is not None and not is_duration(
        policy.cache_counts_slower_than
    ):
        found.append(
            f"cache_counts_slower_than is {policy.cache_counts_slower_than!r}. "
            "Give a positive timedelta, or None."
        )
    if not is_duration(policy.serve_stale_for, least=dt.timedelta()):
        found.append(
            f"serve_stale_for is {policy.serve_stale_for!r}. "
            "Give a timedelta from zero."
        )
    if not is_whole(policy.cache_counts_larger_than, least=0):
        found.append(
            f"cache_counts_larger_than is {policy.cache_counts_larger_than!r}. "
            "Give a whole number from 0."
        )
    timeout = policy.precache_lock_timeout
    if timeout is not None and not (
        is_duration(timeout) or is_whole(timeout, least=1, most=_LONGEST_SECONDS)
    ):
        found.append(
            f"precache_lock_timeout is {timeout!r}. "
            "Give a positive timedelta or a whole number of seconds."
        )
    return found
