"""Counting without django-reckon, to compare with and to check by."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


def plain(queryset: QuerySet[M]) -> QuerySet[M]:
    """Return the same rows through Django's own QuerySet: `count()` is COUNT(*)."""
    return QuerySet(
        model=queryset.model, query=queryset.query.chain(), using=queryset.db
    )


def count_rows(model: type[Model]) -> int:
    """
    Return how many rows the model's table holds at this moment.

    Cost:
        One COUNT(*) over the whole table.
    """
    return QuerySet(model=model).count()
