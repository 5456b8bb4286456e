"""One statement a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Model, QuerySet

from django_reckon.changes.capture import unseen
from django_reckon.protocols import AnyField


class LoopWriter:
    """One UPDATE for each row; the slowest, and the one to compare others with."""

    def write(
        self,
        model: type[Model],
        alias: str,
        fields: Sequence[AnyField],
        rows: Mapping[Any, Sequence[Any]],
    ) -> None:
        """Write the values, as ComputedWriter says."""
        names = [field.attname for field in fields]
        queryset: QuerySet[Any] = QuerySet(model, using=alias)
        with unseen():
            for key, values in rows.items():
                queryset.filter(pk=key).update(**dict(zip(names, values, strict=True)))
