"""Statements and round trips of one count."""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType

from benchmarks.counting.inside.stores import forget, forget_cache
from benchmarks.counting.inside.tracing import logged
from benchmarks.counting.world.cases import CASES, count_all


def table_hit() -> int:
    """Return the statements of a count that is in the table but not in the cache."""
    count_all()
    forget_cache()
    with logged() as log:
        count_all()
    return len(log.statements)


def stored_miss(*, first: bool) -> int:
    """
    Return the statements beside the COUNT when nothing is kept.

    Args:
        first: As the first count in its process, where nobody has asked for the
            model's content type yet.
    """
    count_all()
    forget()
    if first:
        ContentType.objects.clear_cache()
    with logged() as log:
        count_all()
    return len(log.statements) - log.counts


def round_trips(case: str) -> int:
    """Return how often one hit writes to Redis."""
    chosen = CASES[case]
    subject = chosen.prepare()
    chosen.call(subject)
    with logged() as log:
        chosen.call(subject)
    return log.commands
