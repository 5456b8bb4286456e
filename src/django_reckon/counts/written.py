"""What a transaction has written, so that its counts see its own rows."""

from __future__ import annotations

import logging
from contextvars import ContextVar
from functools import lru_cache, partial
from typing import Any, Final

from django.db.models import Manager, Model, QuerySet
from django.db.models.expressions import Exists, RawSQL, Subquery
from django.db.models.sql import Query

from django_reckon.changes.event import Change
from django_reckon.changes.watch import Watch, watch_list
from django_reckon.counts import stamps
from django_reckon.counts.policy import CountPolicy
from django_reckon.ground import pending, transactions
from django_reckon.ground.installed import apps
from django_reckon.ground.internals import row_tables

logger: Final = logging.getLogger(__name__)

PARTY: Final = "counts"
# Aliases with uncommitted rows, for async code: it has no connection of its own to ask,
# but what the connection's thread sets in a context comes back to the awaiting task.
_writing: Final[ContextVar[frozenset[str]]] = ContextVar(
    "reckon_writing", default=frozenset()
)


class Written(pending.Layers[set[type[Model]]]):
    """The models that one transaction has written."""

    def __init__(self, alias: str) -> None:
        """Begin with none."""
        super().__init__(set, set.union)
        self.alias = alias

    @property
    def models(self) -> set[type[Model]]:
        """Every model with rows of this transaction in it."""
        return set().union(*self.values)

    def before_commit(self) -> None:
        """Do nothing: counts are made after the COMMIT."""

    def committed(self) -> None:
        """Make the counts of managers that asked for it unusable."""
        _end(self.alias)
        for model in self.models:
            stamps.renew(model, self.alias)

    def discarded(self) -> None:
        """Nothing was written after all."""
        _end(self.alias)


def note(change: Change) -> None:
    """Note a write; the listener of counts, which must never harm one."""
    alias = change.alias
    try:
        if not transactions.is_open(alias):
            stamps.renew(change.model, alias)
            return
        pending.pending(alias, PARTY, partial(Written, alias)).top.add(change.model)
        _writing.set(_writing.get() | {alias})
    except Exception:
        logger.exception("A write of %s was not noted.", change.model._meta.label)


# There is nothing to do inside the write's transaction, so none is opened for it.
WATCH: Final = Watch(listener=note, atomic=False)


def watch_counted() -> None:
    """Watch every model that some FastCountManager counts, and the tables under it."""
    for model in apps.get_models():
        if any(_counts_fast(manager) for manager in model._meta.managers):
            for owner in row_tables(model):
                watch_list.add(owner, WATCH)


def _counts_fast(manager: Manager[Any]) -> bool:
    return isinstance(getattr(manager, "policy", None), CountPolicy)


def may_be_written(queryset: QuerySet[Any], alias: str) -> bool:
    """
    Tell async code whether its own transaction may have written what it counts.

    That is unknown for tables that nobody watched so far; see watch_read().
    """
    if alias in _writing.get():
        return True
    tables = _tables(queryset.query)
    return tables is None or not all(map(_is_watched, _models(tables)))


def watch_read(queryset: QuerySet[Any]) -> None:
    """Watch every table that the queryset reads, from now on."""
    for model in _models(_tables(queryset.query) or set()):
        watch_list.add(model, WATCH)


def must_count(queryset: QuerySet[Any], alias: str) -> bool:
    """
    Tell whether only a COUNT in this very transaction can be right.

    Outside a transaction never. Inside one, when it has written to a table that the
    queryset reads, or when that cannot be told: a table that nobody watched so far is
    watched from now on.

    Cost:
        No query.
    """
    if not transactions.is_open(alias):
        return False
    tables = _tables(queryset.query)
    if tables is None:
        return True
    models = _models(tables)
    if not all(map(_is_watched, models)):
        watch_read(queryset)
        return True
    written = pending.find(alias, PARTY)
    return written is not None and bool(written.models & models)


def _is_watched(model: type[Model]) -> bool:
    interest = watch_list.of(model)
    return interest is not None and WATCH in interest.watches


def _end(alias: str) -> None:
    _writing.set(_writing.get() - {alias})


def _models(tables: set[str]) -> frozenset[type[Model]]:
    return _models_of(frozenset(tables))


@lru_cache(maxsize=1024)
def _models_of(tables: frozenset[str]) -> frozenset[type[Model]]:
    """Find the models once for each set of tables; a project has many of the former."""
    return frozenset(
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.db_table in tables and not model._meta.proxy
    )


def _tables(query: Query) -> set[str] | None:
    """Return the tables a query reads, its subqueries' too; None when unsure."""
    if query.extra_tables or query.extra:
        return None
    tables = {query.get_meta().db_table}
    tables |= {
        join.table_name
        for name, join in query.alias_map.items()
        if query.alias_refcount[name]
    }
    parts: list[Any] = [*query.where.children, *query.annotations.values()]
    parts.extend(query.combined_queries)
    while parts:
        part = parts.pop()
        inner = _inner_query(part)
        if inner is not None:
            more = _tables(inner)
            if more is None:
                return None
            tables |= more
        elif isinstance(part, RawSQL):
            return None
        elif hasattr(part, "children"):
            parts.extend(part.children)
        elif hasattr(part, "get_source_expressions"):
            parts.extend(part.get_source_expressions())
            parts.append(getattr(part, "rhs", None))
        elif hasattr(part, "as_sql"):
            return None
    return tables


def _inner_query(part: object) -> Query | None:
    if isinstance(part, Query):
        return part
    if isinstance(part, Subquery | Exists):
        return part.query
    return None
