"""From the relations that a rule names to the columns that make them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, ForeignKey, ManyToManyField, Model
from django.db.models.fields.reverse_related import ForeignObjectRel

from django_reckon.exceptions import UnknownDependencyError
from django_reckon.ground.columns import target_of
from django_reckon.ground.internals import AnyField, concrete_field, table_owner

# The row itself, in place of a relation.
SELF: Final = "self"


@dataclass(frozen=True, slots=True)
class Link:
    """
    The rows that say which rows of two models belong together.

    Attributes:
        model: Whose rows those are: the far model itself, or a through model.
        via: The column that holds keys of the near model.
        columns: Every column whose change links other rows.
        near: The column of the near model that those keys are of.
        loose: Whether the keys may be of another model's rows, too.
    """

    model: type[Model]
    via: AnyField
    columns: frozenset[AnyField]
    near: AnyField
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Hop:
    """
    One relation of a path, from a row to those it leads to.

    Attributes:
        target: The model at the far end.
        accessor: The attribute of instances.
        query_name: The name in lookups.
        forward: The foreign key, where the near row holds it; else None.
        link: Where the far or a third row holds it; else None.
    """

    target: type[Model]
    accessor: str
    query_name: str
    forward: ForeignKey[Any, Any] | None
    link: Link | None


def hops_of(model: type[Model], path: str) -> tuple[Hop, ...]:
    """
    Return the relations that a dotted path leads over; none for the row itself.

    Raises:
        UnknownDependencyError: A name is no relation that can be followed.
    """
    hops: list[Hop] = []
    current = model
    for name in [] if path in {"", SELF} else path.split("."):
        hop = _hop(current, name, path)
        hops.append(hop)
        current = hop.target
    return tuple(hops)


def columns_of(
    model: type[Model], names: Iterable[str], path: str
) -> tuple[AnyField, ...]:
    """
    Return the columns of these names, those of parents' tables included.

    Raises:
        UnknownDependencyError: A name is no column.
    """
    return tuple(found for name in names for found in _columns(model, name, path))


def _columns(model: type[Model], name: str, path: str) -> Sequence[AnyField]:
    if name == "pk":
        return tuple(model._meta.pk_fields)
    try:
        field: Any = model._meta.get_field(name)
    except FieldDoesNotExist:
        known = [f.name for f in model._meta.concrete_fields]
        raise _unknown(model, name, path, "no field", known) from None
    if not isinstance(field, Field) or not field.concrete or field.many_to_many:
        raise _refused(
            model, name, path, "no column but a relation: name it in the rule's path"
        )
    if field.column is None:
        return tuple(model._meta.pk_fields)
    return (field,)


def _hop(model: type[Model], name: str, path: str) -> Hop:
    relation = _relation(model, name, path)
    if isinstance(relation, GenericRelation):
        return _generic(model, relation)
    if isinstance(relation, ManyToManyField):
        return _many(relation, relation)
    if isinstance(relation, ForeignKey):
        target: Any = relation.related_model
        owner = table_owner(target)
        return Hop(owner, relation.name, relation.name, relation, None)
    if isinstance(relation, ForeignObjectRel):
        return _reverse(model, name, path, relation)
    raise _refused(model, name, path, "a relation that cannot be followed")


def _reverse(
    model: type[Model], name: str, path: str, relation: ForeignObjectRel
) -> Hop:
    field: Any = relation.field
    accessor = relation.get_accessor_name() or name
    target: Any = relation.related_model
    if isinstance(field, ManyToManyField):
        return _many(field, relation)
    if not isinstance(field, ForeignKey):
        raise _refused(model, name, path, "a relation that cannot be followed")
    link = Link(table_owner(target), field, frozenset([field]), field.target_field)
    return Hop(table_owner(target), accessor, relation.name, None, link)


def _many(field: Any, relation: Any) -> Hop:
    """Return the hop over a through model, seen from the field or backwards."""
    through: type[Model] = field.remote_field.through
    names = [field.m2m_field_name(), field.m2m_reverse_field_name()]
    accessor = field.name
    if relation is not field:
        names.reverse()
        accessor = relation.get_accessor_name()
    near, far = (concrete_field(through, name) for name in names)
    link = Link(table_owner(through), near, frozenset([near, far]), target_of(near))
    owner = table_owner(relation.related_model)
    return Hop(owner, accessor, relation.name, None, link)


def _generic(model: type[Model], field: GenericRelation) -> Hop:
    target: Any = field.related_model
    via = concrete_field(target, field.object_id_field_name)
    kind = concrete_field(target, field.content_type_field_name)
    near: Any = model._meta.pk
    link = Link(table_owner(target), via, frozenset([via, kind]), near, loose=True)
    return Hop(table_owner(target), field.name, field.name, None, link)


def _relation(model: type[Model], name: str, path: str) -> object:
    """Return the relation of that name: a field's, a lookup's or an attribute's."""
    try:
        found: Any = model._meta.get_field(name)
    except FieldDoesNotExist:
        for accessor, relation in _accessors(model):
            if accessor == name:
                return relation
        raise _unknown(
            model, name, path, "no relation", list(_relation_names(model))
        ) from None
    if isinstance(found, GenericForeignKey):
        raise _refused(
            model, name, path, "a GenericForeignKey, which leads to no one model"
        )
    if not found.is_relation:
        raise _refused(model, name, path, "a column, not a relation")
    # Django leaves the names of models that it does not find.
    between = getattr(found.remote_field, "through", None)
    for end in (found.related_model, between):
        if isinstance(end, str):
            what = f"a relation over {end!r}, a model that is not installed"
            raise _refused(model, name, path, what)
    return found


def _accessors(model: type[Model]) -> Iterator[tuple[str, ForeignObjectRel]]:
    for relation in model._meta.related_objects:
        accessor = relation.get_accessor_name()
        if accessor:
            yield accessor, relation


def _relation_names(model: type[Model]) -> Iterator[str]:
    for field in (*model._meta.get_fields(), *model._meta.private_fields):
        if isinstance(field, Field) and field.is_relation:
            yield field.name
    yield from (accessor for accessor, _ in _accessors(model))


def _unknown(
    model: type[Model], name: str, path: str, kind: str, known: Sequence[str]
) -> UnknownDependencyError:
    close = get_close_matches(name, known, n=1)
    choose = f"Choose from {', '.join(sorted(set(known)))}."
    advice = f"Did you mean {close[0]!r}?" if close else choose
    label = model._meta.label
    return UnknownDependencyError(
        f"{name!r} in the rule for {path!r} names {kind} of {label!r}. {advice}",
        path=path,
        model=label,
    )


def _refused(
    model: type[Model], name: str, path: str, what: str
) -> UnknownDependencyError:
    label = model._meta.label
    return UnknownDependencyError(
        f"{name!r} in the rule for {path!r} is {what}, on {label!r}.",
        path=path,
        model=label,
    )
