"""Relations of a lone row, which its functions read without making it twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import ForeignKey, Manager, Model, QuerySet
from django.db.models.fields.related_descriptors import ReverseManyToOneDescriptor
from django.db.models.manager import BaseManager
from typing_extensions import override

from django_reckon.computed.fetching.hydrating import LeanIterable, is_plainly_led
from django_reckon.computed.fetching.prepared import rows_with
from django_reckon.computed.fetching.relations import TO_MANY
from django_reckon.ground.internals import (
    PREFETCHED,
    AnyField,
    yield_by,
    yields_instances,
)

# Where a queryset that was lent keeps what it asks for; no clone of it has that.
_ASKED: Final = "_reckon_asked"


@dataclass(frozen=True, slots=True)
class _Asked:
    """The rows of a plain reverse relation."""

    model: type[Model]
    relation: AnyField
    owner: Model
    value: Any


class LentIterable(LeanIterable):
    """Yields the rows of a relation that was lent, by a statement compiled before."""

    @override
    def __iter__(self) -> Iterator[Model]:
        """Run the query; rows become instances one by one."""
        asked: _Asked | None = vars(self.queryset).get(_ASKED)
        if asked is None or self.chunked_fetch:
            return super().__iter__()
        rows = rows_with(asked.model, self.queryset.db, asked.relation, asked.value)
        name: str = getattr(asked.relation, "cache_name")  # noqa: B009 - no stub has it
        for row in rows:
            row._state.fields_cache[name] = asked.owner
        return iter(rows)


def lend(row: Model, names: Iterable[str]) -> None:
    """
    Let relations of a row that lead to many be made once and read lean.

    They are querysets that nobody has run, as if prefetched: a function that counts
    has the database count, one that goes through the rows leaves them for the others.

    Args:
        row: A row that is stored.
        names: Attributes of such relations.
    """
    for name in names:
        descriptor: Any = getattr(type(row), name, None)
        if type(descriptor) not in TO_MANY:
            continue
        manager: Any = getattr(row, name)
        if not _is_ordinary(manager.model):
            continue
        held = vars(row).setdefault(PREFETCHED, {})
        cache_name = _cache_name(manager)
        if cache_name in held:
            continue
        queryset: QuerySet[Any] = manager.get_queryset()
        if not yields_instances(queryset) or queryset._result_cache is not None:
            continue
        # In place: a clone would no longer take the next filter for a part of this one.
        yield_by(queryset, LentIterable)
        asked = _asked(row, descriptor, manager)
        if asked is not None:
            vars(queryset)[_ASKED] = asked
        held[cache_name] = queryset


def _is_ordinary(model: type[Model]) -> bool:
    """Tell whether a manager's querysets are made without asking the user's code."""
    return type(model._default_manager).get_queryset is BaseManager.get_queryset


def _cache_name(manager: Any) -> str:
    """Return the name under which Django keeps prefetched rows of a relation."""
    if hasattr(manager, "prefetch_cache_name"):
        return str(manager.prefetch_cache_name)
    return str(manager.field.remote_field.cache_name)


def _asked(row: Model, descriptor: Any, manager: Any) -> _Asked | None:
    """Return what is asked of the database, where that is plain; else None."""
    if type(descriptor) is not ReverseManyToOneDescriptor:
        return None
    # Any: it may be one of several columns.
    relation: Any = descriptor.field
    model = descriptor.rel.related_model
    default = model._default_manager
    if not isinstance(relation, ForeignKey) or not is_plainly_led(relation):
        return None
    if type(default) is not Manager:
        # The querysets of a user's own have methods that may matter.
        return None
    value = getattr(row, relation.target_field.attname)
    return None if value is None else _Asked(model, relation, row, value)
