"""
What we read of Django's insides, each thing in one place and typed.

The stubs leave these names out, for Django promises nothing about them; the tests
run on every supported version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any, Final

from django.db import models, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    AutoField,
    DateField,
    Field,
    ForeignKey,
    GeneratedField,
    Lookup,
    Manager,
    Model,
    QuerySet,
    TimeField,
)
from django.db.models.constants import OnConflict
from django.db.models.deletion import Collector
from django.db.models.expressions import Col
from django.db.models.fields.reverse_related import ForeignObjectRel
from django.db.models.query import ModelIterable
from django.db.models.sql import InsertQuery, Query
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.datastructures import Join

from django_reckon.protocols import AnyField as AnyField


def columns_in(expressions: Iterable[object]) -> Iterator[Col]:
    """Yield the columns that expressions read, subqueries' outer ones included."""
    gen_cols: Any = Query._gen_cols  # type: ignore[attr-defined]  # not in the stubs
    columns: Iterator[Col] = gen_cols(expressions, include_external=True)
    return columns


def compiled(compiler: SQLCompiler, part: Any) -> tuple[str, Sequence[Any]]:
    """
    Return the SQL and parameters of a part of a query.

    Any: joins and conditions compile like expressions without being any.

    Raises:
        EmptyResultSet: The part admits no row.
        FullResultSet: The part admits every row.
    """
    sql, params = compiler.compile(part)
    return sql, params


def join_field(join: Join) -> AnyField | ForeignObjectRel:
    """Return the field a join follows, or the relation when it follows it backwards."""
    field: Any = join.join_field
    followed: AnyField | ForeignObjectRel = field
    return followed


def has_constraint(field: ForeignKey[Any, Any]) -> bool:
    """Tell whether the database itself refuses a key that leads nowhere."""
    return bool(getattr(field, "db_constraint", False))


def model_of(query: Query) -> type[Model]:
    """Return the model a query reads or writes, as it was named there."""
    assert query.model is not None
    return query.model


def database_action(field: AnyField) -> str | None:
    """Return the on_delete that the database carries out itself; None for Django's."""
    on_delete = getattr(field.remote_field, "on_delete", None)
    # New in Django 6.1: DB_CASCADE, DB_SET_NULL, DB_SET_DEFAULT.
    return str(on_delete) if hasattr(on_delete, "on_delete_sql") else None


def queryset_class(manager: Manager[Any]) -> type[QuerySet[Any]]:
    """Return the class of a manager's querysets, whatever its get_queryset() says."""
    try:
        return type(manager.get_queryset())
    except Exception:  # noqa: BLE001 - a user's method may need what is not there yet
        declared: type[QuerySet[Any]] = getattr(manager, "_queryset_class", QuerySet)
        return declared


def table_owner(model: type[Model]) -> type[Model]:
    """Return the concrete model behind a proxy, or the model itself."""
    owner: type[Model] = model._meta.concrete_model or model
    return owner


def row_tables(model: type[Model]) -> tuple[type[Model], ...]:
    """Return the models whose tables hold a model's rows: its own, and its parents."""
    return (table_owner(model), *model._meta.all_parents)


def parent_names(model: type[Model], ancestor: type[Model]) -> list[str]:
    """Return the links that lead from a model's rows to those of a parent's table."""
    if table_owner(model) is table_owner(ancestor):
        return []
    infos: Any = model._meta.get_path_to_parent(ancestor)
    return [info.join_field.name for info in infos]


def child_names(model: type[Model], descendant: type[Model]) -> list[str]:
    """Return the lookups that lead from a model's rows to those of a child's table."""
    infos: Any = descendant._meta.get_path_from_parent(model)
    return [info.join_field.name for info in infos]


def collected_models(collector: Collector) -> set[type[Model]]:
    """Return the models whose rows a delete will take or change."""
    known: Any = collector
    return {
        *known.data,
        *(rows.model for rows in known.fast_deletes),
        *(field.model for field, _ in known.field_updates),
    }


def collected_instances(collector: Collector) -> list[Model]:
    """Return the instances that a delete will take."""
    known: Any = collector
    return [obj for instances in known.data.values() for obj in instances]


def for_write(queryset: QuerySet[Any]) -> str:
    """Return the database that a queryset would write to."""
    return chosen_alias(queryset) or router.db_for_write(
        queryset.model, **getattr(queryset, "_hints", {})
    )


def conflict_of(query: InsertQuery) -> OnConflict | None:
    """Return what an insert does about rows that are there already."""
    conflict: OnConflict | None = getattr(query, "on_conflict", None)
    return conflict


def unique_fields_of(query: InsertQuery) -> tuple[AnyField, ...]:
    """Return the fields by which an upsert finds rows; none where the database does."""
    return tuple(getattr(query, "unique_fields", ()))


def updated_fields_of(query: InsertQuery) -> tuple[AnyField, ...]:
    """Return the fields that an upsert rewrites in rows that are there already."""
    return tuple(getattr(query, "update_fields", ()))


def is_made_by_database(field: AnyField) -> bool:
    """Tell whether an instance learns the column's value from the database alone."""
    return isinstance(field, AutoField | GeneratedField)


def sets_itself(field: AnyField) -> bool:
    """Tell whether the field may give its column another value as a row is saved."""
    method: Any = type(field).pre_save
    if method is Field.pre_save:
        return False
    known: Any = field
    if isinstance(field, DateField | TimeField) and _is_djangos(method):
        return bool(known.auto_now or known.auto_now_add)
    return True


def _is_djangos(method: Any) -> bool:
    module: str = method.__module__
    return module.startswith("django.db.")


@cache
def generated_from(model: type[Model]) -> dict[str, frozenset[str]]:
    """Return the generated columns of a table: name -> fields they are made from."""
    sources = {}
    for field in model._meta.local_concrete_fields:
        if isinstance(field, GeneratedField):
            query = Query(model, alias_cols=False)
            made: Any = field
            resolved = made.expression.resolve_expression(query, allow_joins=False)
            columns = columns_in([resolved])
            sources[field.name] = frozenset(col.target.name for col in columns)
    return sources


def with_generated(model: type[Model], names: Iterable[str]) -> frozenset[str]:
    """Return fields of a table and the generated columns that are made from them."""
    written = frozenset(names)
    made = generated_from(table_owner(model)).items()
    return written.union(name for name, sources in made if sources & written)


def put_first_on_commit(
    connection: BaseDatabaseWrapper, work: Callable[[], object]
) -> None:
    """Run the work after the COMMIT that just was, before all callbacks for it."""
    callbacks: Any = connection.run_on_commit
    callbacks.insert(0, (set(), work, False))


def values_of(query: Query) -> dict[str, Any]:
    """Return what an update sets, expressions resolved: field's name -> value."""
    return {
        # Those of a parent's table are not resolved before they are compiled.
        field.name: value.resolve_expression(query, allow_joins=False, for_save=True)
        if hasattr(value, "resolve_expression")
        else value
        for field, _, value in getattr(query, "values", ())
    }


def concrete_field(model: type[Model], name: str) -> AnyField:
    """Return a field that is a column."""
    field: Any = model._meta.get_field(name)
    found: AnyField = field
    return found


def column_at(model: type[Model], lookup: str) -> AnyField:
    """Return the column whose values a lookup of a model's rows is given."""
    query: Any = Query(model)
    _, _, targets, _ = query.names_to_path(lookup.split("__"), model._meta)
    column: AnyField = targets[0]
    return column


def columns_at(model: type[Model], lookup: str) -> tuple[AnyField, ...]:
    """Return the same, several where the lookup leads to a composite key."""
    found: Any = column_at(model, lookup)
    parts: tuple[AnyField, ...] = getattr(found, "fields", None) or (found,)
    return parts


def bilateral_transforms(lookup: Lookup[Any]) -> list[Any]:
    """Return the transforms that a lookup applies to both of its sides."""
    transforms: list[Any] = getattr(lookup, "bilateral_transforms", [])
    return transforms


# Where an instance keeps what its relations to many led to.
PREFETCHED: Final = "_prefetched_objects_cache"


def chosen_alias(queryset: QuerySet[Any]) -> str | None:
    """Return the database that using() chose; None where the router decides."""
    alias: str | None = getattr(queryset, "_db", None)
    return alias


def constructor_args(manager: Manager[Any]) -> tuple[Any, Any]:
    """Return what a manager was called with, positional and named."""
    arguments: tuple[Any, Any] = getattr(manager, "_constructor_args", ((), {}))
    return arguments


def fetch_mode_of(queryset: QuerySet[Any]) -> Any | None:
    """Return how instances read what was left out; None before Django 6.1, as ever."""
    return getattr(queryset, "_fetch_mode", None)


def known_related(queryset: QuerySet[Any]) -> dict[AnyField, dict[Any, Model]]:
    """Return the instances that rows lead to, as a manager's do: field -> by key."""
    known: dict[AnyField, dict[Any, Model]] = getattr(
        queryset, "_known_related_objects", {}
    )
    return known


def selected_columns(compiler: Any) -> tuple[list[str], int]:
    """Return the attributes that an executed query fills, and its first place."""
    places = compiler.klass_info["select_fields"]
    columns = compiler.select[places[0] : places[-1] + 1]
    return [each[0].target.attname for each in columns], places[0]


def iterable_of(queryset: QuerySet[Any]) -> type[Any]:
    """Return the class of iterables that a queryset makes its results by."""
    asked: Any = queryset
    iterable: type[Any] = asked._iterable_class
    return iterable


def yields_instances(queryset: QuerySet[Any]) -> bool:
    """Tell whether a queryset makes instances, in Django's own way."""
    return iterable_of(queryset) is ModelIterable


def yielding(queryset: QuerySet[Any], iterable: type[Any]) -> QuerySet[Any]:
    """Return a queryset that makes its instances by a class of iterables."""
    clone: Any = queryset
    made: QuerySet[Any] = clone._chain()
    yield_by(made, iterable)
    return made


def yield_by(queryset: QuerySet[Any], iterable: type[Any]) -> None:
    """Let this very queryset make its instances by a class of iterables."""
    changed: Any = queryset
    changed._iterable_class = iterable


def may_narrow(queryset: QuerySet[Any]) -> bool:
    """Tell whether a queryset can leave columns to be read when they are asked for."""
    query: Any = queryset.query
    # New in Django 6.1: with other modes than this one, later may be never.
    ordinary = getattr(models, "FETCH_ONE", None)
    return (
        fetch_mode_of(queryset) is ordinary
        and query.deferred_loading == (frozenset(), True)
        and not query.combinator
        and not query.distinct
        and not query.select_related
        and not query.annotations
        and not query.extra
    )
