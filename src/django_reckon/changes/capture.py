"""
How writes are seen.

Every write that Django's ORM does (save, update, bulk operations, deletes, cascades,
related managers, through tables) ends in one of its three writing compilers. They are
wrapped here once. A model nobody watches costs one dict lookup a statement.

Above the compilers, two loops cut long lists of keys into statements; they are
wrapped too, so that one delete stays one change. A delete with all that it takes along
and the bulk operations are made one group. The deserialiser marks what it loads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial, wraps
from typing import Any, Final

from django.core.serializers.base import DeserializedObject
from django.db import connections
from django.db.models import Model, QuerySet
from django.db.models.deletion import Collector
from django.db.models.sql import DeleteQuery, Query, UpdateQuery
from django.db.models.sql.compiler import (
    SQLDeleteCompiler,
    SQLInsertCompiler,
    SQLUpdateCompiler,
)
from django.db.models.sql.constants import NO_RESULTS

from django_reckon.changes.event import ChangeKind
from django_reckon.changes.group import as_group
from django_reckon.changes.inserts import Insert
from django_reckon.changes.intake import intake_of
from django_reckon.changes.rows import as_keys
from django_reckon.changes.watch import Interest, watch_list
from django_reckon.changes.writes import Rewrite, delete_of, update_of
from django_reckon.ground.internals import (
    collected_instances,
    collected_models,
    concrete_field,
    for_write,
    model_of,
    row_tables,
    table_owner,
    values_of,
)

# Wrapped methods take and return whatever Django's do, which the stubs leave open.
Method = Callable[..., Any]

_loading: Final = ContextVar("reckon_loading", default=False)
# While set, updates are not seen; whoever sets it reports them itself.
_silent: Final = ContextVar("reckon_silent", default=False)
# Put on a query that is reported already, by a loop around its statements.
_SEEN: Final = "_reckon_seen"


def _inserting(original: Method) -> Method:
    def seen(compiler: SQLInsertCompiler, interest: Interest, fields: Any) -> Any:
        now = interest.now(compiler.connection.alias)
        if not now.watches:
            return original(compiler, fields)
        intake = intake_of(now, model_of(compiler.query))
        write = Insert(compiler, now, intake, raw=_loading.get())
        return write.run(partial(original, compiler, fields), fields)

    @wraps(original)
    def execute_sql(compiler: SQLInsertCompiler, returning_fields: Any = None) -> Any:
        query: Any = compiler.query
        interest = watch_list.of(query.model)
        if interest is None:
            return original(compiler, returning_fields)
        return seen(compiler, interest, returning_fields)

    return execute_sql


def _updating(original: Method) -> Method:
    def seen(compiler: SQLUpdateCompiler, interest: Interest, how: Any) -> Any:
        query, connection = compiler.query, compiler.connection
        if hasattr(query, _SEEN) or _silent.get():
            return original(compiler, how)
        values = values_of(query)
        if not values:
            return original(compiler, how)
        using: str = connection.alias
        write = update_of(
            query,
            connection,
            interest,
            values,
            raw=_loading.get(),
            is_counting=how != NO_RESULTS,
        )
        return write.run(lambda part: original(_marked(part).get_compiler(using), how))

    @wraps(original)
    def execute(compiler: SQLUpdateCompiler, how: Any) -> Any:
        # Apart from seen(), whose lambda would cost each statement some cells.
        query: Any = compiler.query
        interest = watch_list.of(query.model)
        if interest is None:
            return original(compiler, how)
        return seen(compiler, interest, how)

    return execute


def _deleting(original: Method) -> Method:
    @wraps(original)
    def execute_sql(compiler: SQLDeleteCompiler, *args: Any, **kwargs: Any) -> Any:
        query, connection = compiler.query, compiler.connection
        interest = watch_list.of(model_of(query))
        if interest is None or hasattr(query, _SEEN):
            return original(compiler, *args, **kwargs)
        using: str = connection.alias
        write = delete_of(query, connection, interest)
        return write.run(
            lambda part: original(_marked(part).get_compiler(using), *args, **kwargs)
        )

    return execute_sql


def _deleting_batch(original: Method) -> Method:
    @wraps(original)
    def delete_batch(query: DeleteQuery, pk_list: list[Any], using: str) -> int:
        interest = watch_list.of(model_of(query))
        if interest is None or not pk_list:
            return int(original(query, pk_list, using))
        keys, connection = as_keys(model_of(query), pk_list), connections[using]
        write = Rewrite(query, connection, interest, ChangeKind.DELETE, {}, keys)
        return int(write.run(lambda part: original(_marked(part), pk_list, using)))

    return delete_batch


def _updating_batch(original: Method) -> Method:
    @wraps(original)
    def update_batch(
        query: UpdateQuery, pk_list: list[Any], values: dict[str, Any], using: str
    ) -> None:
        model = model_of(query)
        interest = watch_list.of(model)
        if interest is None or not pk_list:
            original(query, pk_list, values, using)
            return
        fields = {name: concrete_field(model, name) for name in values}
        owners = {table_owner(each.model) for each in fields.values()}
        if owners - {table_owner(model)}:
            # A parent's column: its own statements will be seen.
            original(query, pk_list, values, using)
            return
        keys, connection = as_keys(model, pk_list), connections[using]
        written = {fields[name].name: value for name, value in values.items()}
        write = Rewrite(query, connection, interest, ChangeKind.UPDATE, written, keys)
        write.run(lambda part: original(_marked(part), pk_list, values, using))

    return update_batch


def _collected(original: Method) -> Method:
    @wraps(original)
    def delete(self: Collector, *args: Any, **kwargs: Any) -> Any:
        using: str = getattr(self, "using")  # noqa: B009 - not in the stubs
        joined = list(_joined(collected_models(self)))
        if not joined:
            return original(self, *args, **kwargs)
        work = partial(original, self, *args, **kwargs)
        ends = any(each.lock for each in joined)
        return as_group(using, work, collected_instances(self), ends=ends)

    return delete


def _in_batches(original: Method) -> Method:
    @wraps(original)
    def bulk(self: QuerySet[Any], objs: Any, *args: Any, **kwargs: Any) -> Any:
        joined = list(_joined(row_tables(self.model)))
        if not joined:
            return original(self, objs, *args, **kwargs)
        # A generator could not be asked again.
        objs = list(objs)
        work = partial(original, self, objs, *args, **kwargs)
        ends = any(each.lock for each in joined)
        return as_group(for_write(self), work, objs, ends=ends)

    return bulk


def _joined(models: Iterable[type[Model]]) -> Iterator[Interest]:
    """Yield what is wanted of models by those who join the transaction of a write."""
    for model in models:
        interest = watch_list.of(model)
        if interest is not None and interest.atomic:
            yield interest


def _load(original: Method) -> Method:
    @wraps(original)
    def save(self: DeserializedObject, *args: Any, **kwargs: Any) -> None:
        before = _loading.set(True)
        try:
            original(self, *args, **kwargs)
        finally:
            _loading.reset(before)

    return save


# Where writes pass, and what stands around each place. Django 6.0 added the second
# way to run an update; the delete compiler has no method of its own to run.
_PLACES: Final[tuple[tuple[type, str, Callable[[Method], Method]], ...]] = (
    (SQLInsertCompiler, "execute_sql", _inserting),
    (SQLUpdateCompiler, "execute_sql", _updating),
    (SQLUpdateCompiler, "execute_returning_sql", _updating),
    (SQLDeleteCompiler, "execute_sql", _deleting),
    (DeleteQuery, "delete_batch", _deleting_batch),
    (UpdateQuery, "update_batch", _updating_batch),
    (Collector, "delete", _collected),
    (QuerySet, "bulk_create", _in_batches),
    (QuerySet, "bulk_update", _in_batches),
    (DeserializedObject, "save", _load),
)
# What stood there before, while the capture is installed; None: it was inherited.
_originals: dict[tuple[type, str], Method | None] = {}


def install() -> None:
    """See every ORM write of watched models from now on; twice does no harm."""
    for owner, name, wrap in _PLACES:
        if hasattr(owner, name) and (owner, name) not in _originals:
            _originals[owner, name] = vars(owner).get(name)
            setattr(owner, name, wrap(getattr(owner, name)))


def uninstall() -> None:
    """Leave Django as it was; twice does no harm."""
    while _originals:
        (owner, name), original = _originals.popitem()
        if original is None:
            delattr(owner, name)
        else:
            setattr(owner, name, original)


@contextmanager
def unseen() -> Iterator[None]:
    """Do updates that nobody is told of, for a caller that reports them itself."""
    before = _silent.set(True)
    try:
        yield
    finally:
        _silent.reset(before)


def is_loading() -> bool:
    """Tell whether a row of a fixture is being saved."""
    return _loading.get()


def is_installed() -> bool:
    """Tell whether writes are seen."""
    return bool(_originals)


def _marked(query: Query) -> Any:
    setattr(query, _SEEN, True)
    return query
