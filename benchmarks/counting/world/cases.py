"""The counts that are measured."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet

from benchmarks.counting.world.models import Row


@dataclass(frozen=True, slots=True)
class Case:
    """
    One way to count.

    Attributes:
        prepare: Makes what is counted; its time is not measured.
        call: Counts it.
    """

    prepare: Callable[[], Any]
    call: Callable[[Any], object]


def _nothing() -> None:
    return None


def count_all(_: object = None) -> int:
    """Count all rows, from the manager."""
    return Row.objects.count()


def with_conditions() -> QuerySet[Row]:
    """Return an ordered queryset with five conditions."""
    return Row.objects.filter(
        flag=True,
        kind="k3",
        number__gte=10,
        section__in=[1, 2, 3],
        made__lt=dt.date(2023, 1, 1),
    ).order_by("-made", "number")


def _clone_maker() -> Callable[[], QuerySet[Row]]:
    made: list[QuerySet[Row]] = []

    def clone() -> QuerySet[Row]:
        made[:] = made or [with_conditions()]
        return made[0].all()

    return clone


CASES: Final = {
    "all": Case(_nothing, count_all),
    "five": Case(_nothing, lambda _: with_conditions().count()),
    "five_built": Case(_clone_maker(), lambda queryset: queryset.count()),
    "five_building": Case(_nothing, lambda _: with_conditions()),
    "plain": Case(_nothing, lambda _: Row.plain.count()),
}
