"""Calling the functions that users wrote."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, router
from django.db.models import DecimalField, JSONField, Model

from django_reckon.computed.rules.registry import ComputedColumn, registry
from django_reckon.exceptions import ResolutionError, ResolverException
from django_reckon.ground.columns import column_form, is_prepared_once
from django_reckon.ground.internals import table_owner
from django_reckon.ground.routing import reading_from
from django_reckon.ground.together import is_conflict

# Values are whatever the fields hold, hence Any throughout.


def call(column: ComputedColumn, instance: Model) -> Any:
    """
    Return what the function says of an instance.

    Raises:
        ResolutionError: It raised; the cause is chained.
        DatabaseError: Its queries met another transaction.
    """
    try:
        return column.declaration.compute(instance)
    except Exception as error:
        if is_conflict(instance._state.db or DEFAULT_DB_ALIAS, error):
            raise
        problem = f"its function raised {type(error).__name__}: {error}"
        raise ResolutionError(column.label, instance.pk, problem) from error


def stored_form(column: ComputedColumn, instance: Model, value: Any) -> Any:
    """
    Return a value as the column would hold it, for the field to be saved.

    Raises:
        ResolutionError: The field refuses it; the cause is chained.
    """
    try:
        form = column_form(column.field, value)
        _refuse_null(column, form)
        if form is not None and is_prepared_once(column.field):
            # A list that became a text would be taken for a list of letters.
            form = value
    except Exception as error:
        problem = f"its field refuses {value!r} ({type(error).__name__}: {error})"
        raise ResolutionError(column.label, instance.pk, problem) from error
    return form


def _refuse_null(column: ComputedColumn, form: Any) -> None:
    """Raise before the database refuses the whole statement, naming no row."""
    if form is None and not column.field.null:
        raise ValidationError(column.field.error_messages["null"])


def assign(column: ComputedColumn, instance: Model, value: Any) -> Any:
    """
    Give an instance the value that a read of the column would, and return its form.

    Raises:
        ResolutionError: The field refuses it.
    """
    field = column.field
    form = stored_form(column, instance, value)
    if isinstance(value, Model):
        setattr(instance, field.name, value)
    elif field.is_relation or isinstance(field, DecimalField | JSONField):
        setattr(instance, field.attname, form)
    else:
        setattr(
            instance, field.attname, None if form is None else field.to_python(value)
        )
    return form


def apply(
    columns: Iterable[ComputedColumn], instance: Model, alias: str | None = None
) -> None:
    """
    Compute the fields of an instance in the order given, each seeing those before.

    Args:
        columns: The fields.
        instance: The instance.
        alias: The database that its row will be written to; by default where it is.

    Raises:
        ResolutionError: A function raised, or its field refuses the value.
    """
    with reading_from(alias or _alias_of(instance)):
        for column in columns:
            assign(column, instance, call(column, instance))


def _alias_of(instance: Model) -> str:
    found = instance._state.db
    return found or router.db_for_write(type(instance), instance=instance)


def column_named(model: type[Model], name: str) -> ComputedColumn:
    """
    Return a computed field of a model or its parents.

    Raises:
        ResolverException: It is none, or one that is declared wrongly.
    """
    registry.require(model)
    for column in registry.of(model):
        if column.name == name:
            return column
    known = ", ".join(column.name for column in registry.of(model)) or "none"
    raise ResolverException(
        f"{name!r} is no computed field of {model._meta.label!r}. It has: {known}."
    )


def preview(instance: Model, name: str) -> Any:
    """
    Return the value that saving the instance would give to a computed field.

    Computed fields of the row that it is made from are computed first; the instance
    stays as it is.

    Raises:
        ResolverException: The model has no such field.
        ResolutionError: A function raised.
    """
    wanted = column_named(type(instance), name)
    trial = _twin(instance)
    apply(_local_sources(wanted), trial)
    with reading_from(_alias_of(instance)):
        return call(wanted, trial)


def _twin(instance: Model) -> Model:
    """Return a copy; copy() would look the model up, which may be a test's own."""
    twin = type(instance).__new__(type(instance))
    vars(twin).update(instance.__getstate__())
    return twin


def _local_sources(wanted: ComputedColumn) -> list[ComputedColumn]:
    """Return the computed fields of the same row that one is made from, in order."""
    needed = {wanted.node}
    waiting = [wanted]
    while waiting:
        for hops, columns in waiting.pop().rules:
            for field in [] if hops else columns:
                node = (table_owner(field.model), field.name)
                if node in registry.columns and node not in needed:
                    needed.add(node)
                    waiting.append(registry.columns[node])
    return [
        column
        for column in registry.of(wanted.model)
        if column.node in needed and column is not wanted
    ]
