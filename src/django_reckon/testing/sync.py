"""Whether stored values are what their functions say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import router
from django.db.models import Model
from typing_extensions import override

from django_reckon.computed.auditing.audit import comparisons, tables_of
from django_reckon.computed.refreshing.chunks import chunk_size, row_chunks
from django_reckon.computed.rules.registry import ComputedColumn, registry
from django_reckon.exceptions import ResolutionError, ResolverException
from django_reckon.ground.aio import in_thread

# Differences that a message lists; more would hide what they have in common.
_LIMIT: Final = 10
_REMEDY: Final = (
    "If they were written unseen, by raw SQL say, call update_dependent() after it; "
    "`manage.py updatedata` repairs everything. Else look for a column or relation "
    "that a function reads and depends does not name."
)


@dataclass(frozen=True, slots=True)
class Difference:
    """
    A stored value that its function does not say.

    Attributes:
        field: Label of the field, "shop.Shelf.total".
        pk: Primary key of the row.
        stored: What the column holds.
        computed: What it should hold.
    """

    field: str
    pk: Any
    stored: Any
    computed: Any

    @override
    def __str__(self) -> str:
        """Return one line of a message."""
        return (
            f"{self.field} of pk {self.pk!r}: stored {self.stored!r}, "
            f"computed {self.computed!r}"
        )


def assert_in_sync(
    *models: type[Model], using: str | None = None, limit: int = _LIMIT
) -> None:
    """
    Fail unless every computed field holds what its function returns now.

    Args:
        models: Whose tables to look at, parents' included; all models with computed
            fields if none is named.
        using: The database; None for the one that each model is read from.
        limit: Differences that the message lists.

    Raises:
        AssertionError: Some values differ; the message lists fields, primary keys,
            stored and computed values.
        ResolverException: A model has no computed fields, or one that is declared
            wrongly.
        ResolutionError: A function raised.

    Cost:
        Every row of the models is read, and what depends names along with it.
    """
    listed: list[Difference] = []
    total = 0
    for model, columns in _chosen(models).items():
        for difference in _differences(model, columns, using):
            total += 1
            if len(listed) < limit:
                listed.append(difference)
    if total:
        raise AssertionError(_message(listed, total))


async def aassert_in_sync(
    *models: type[Model], using: str | None = None, limit: int = _LIMIT
) -> None:
    """Do what assert_in_sync() does, in the thread of the connections."""
    await in_thread(assert_in_sync)(*models, using=using, limit=limit)


def _chosen(
    models: Sequence[type[Model]],
) -> Mapping[type[Model], Sequence[ComputedColumn]]:
    """Return the tables to look at, with their fields."""
    if not models:
        for problem in registry.problems:
            registry.require(problem.model)
        return tables_of({each.model for each in registry.columns.values()})
    for model in models:
        registry.require(model)
        if not registry.of(model):
            raise ResolverException(
                f"{model._meta.label!r} has no computed fields. Name models that have."
            )
    return tables_of(models)


def _differences(
    model: type[Model], columns: Sequence[ComputedColumn], using: str | None
) -> Iterator[Difference]:
    alias = using or router.db_for_read(model)
    for rows in row_chunks(model, alias, chunk_size(columns, None)):
        for each in comparisons(columns, rows, alias):
            if isinstance(each.computed, ResolutionError):
                raise each.computed
            yield Difference(each.column.label, each.pk, each.stored, each.computed)


def _message(listed: Sequence[Difference], total: int) -> str:
    lines = [f"{total:,} stored values differ from what their functions return:"]
    lines += [f"  {each}" for each in listed]
    if total > len(listed):
        lines.append(f"  ... and {total - len(listed):,} more")
    return "\n".join([*lines, _REMEDY])
