"""One count, measured in each of the ways it can be answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from asgiref.sync import async_to_sync
from django.core.cache import cache

from demo.flights.models import Flight
from demo.flights.plain import plain
from demo.loading.prepare import forget_counts
from demo.measuring.stopwatch import Call, Timed, atime, time_in_turn
from demo.measuring.subjects import Subject
from django_reckon.managers import FastCountQuerySet

# How often each way is tried; the quick ones more often, to steady their median.
COUNTED_RUNS: Final = 9
TABLE_RUNS: Final = 50
CACHE_RUNS: Final = 300


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one row of the table says."""

    name: str
    """What was counted, in words."""
    value: int
    """The count, by Django's own COUNT(*)."""
    plain: Timed
    """Django's own count."""
    first: Timed
    """Our count with both tiers empty: it counts, and keeps the result."""
    cache: Timed
    """Our count, answered from the cache tier."""
    table: Timed
    """Our count, answered from the table tier because the cache tier is empty."""
    acount: Timed
    """Our awaited count, answered from the cache tier."""
    sources: tuple[str, str, str]
    """Where the first, the table and the cache count say that they come from."""

    @property
    def ratio(self) -> float:
        """How many times longer the plain count takes than a hit in the cache tier."""
        return self.plain.seconds / self.cache.seconds

    def faults(self) -> Iterator[str]:
        """Yield a sentence for each way that did not do what the table claims."""
        for way in ("plain", "first", "cache", "table", "acount"):
            answers: frozenset[int] = getattr(self, way).answers
            if answers != {self.value}:
                yield (
                    f"{self.name}: {way} answered {sorted(answers)}; "
                    f"COUNT(*) says {self.value}."
                )
        if self.sources != EXPECTED_SOURCES:
            yield (
                f"{self.name}: counts came from {self.sources}; "
                f"{EXPECTED_SOURCES} was expected."
            )


EXPECTED_SOURCES: Final = ("exact", "stored", "cache")


def measure(subject: Subject) -> Measurement:
    """Return one row of the table; the tiers hold this count alone afterwards."""
    queryset, unaided = subject.queryset, plain(subject.queryset)

    def count() -> int:
        return queryset.all().count()

    plain_time, first = time_in_turn(
        Call(lambda: unaided.all().count()),
        Call(count, prepare=forget_counts),
        runs=COUNTED_RUNS,
    )
    [table] = time_in_turn(Call(count, prepare=cache.clear), runs=TABLE_RUNS)
    [hit] = time_in_turn(Call(count), runs=CACHE_RUNS)
    awaited = async_to_sync(atime)(lambda: queryset.all().acount(), runs=CACHE_RUNS)
    return Measurement(
        name=subject.name,
        value=unaided.all().count(),
        plain=plain_time,
        first=first,
        cache=hit,
        table=table,
        acount=awaited,
        sources=_sources(queryset),
    )


def _sources(queryset: FastCountQuerySet[Flight]) -> tuple[str, str, str]:
    """Return what answers when both tiers, the cache tier, and no tier are empty."""
    forget_counts()
    first = queryset.all().count_info().source
    cache.clear()
    stored = queryset.all().count_info().source
    return first, stored, queryset.all().count_info().source
