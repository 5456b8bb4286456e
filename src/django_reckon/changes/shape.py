"""What all writes have in common that set the same fields of a model."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Model

from django_reckon.changes.event import ChangeKind
from django_reckon.changes.rows import is_expression, key_fields
from django_reckon.changes.targets import relations_of
from django_reckon.changes.watch import Interest
from django_reckon.ground.internals import (
    AnyField,
    concrete_field,
    table_owner,
    with_generated,
)

_ATTRIBUTE: Final = "_shapes"
# Shapes that are remembered for a model: few write more than this many sets of fields.
_MANY: Final = 500


@dataclass(frozen=True, slots=True)
class Shape:
    """
    Worked out once, for a loop of save() writes the same fields each time.

    Attributes:
        interest: Those whom such a write touches.
        model: That of the table.
        fields: What is told as written; None for whole rows.
        expressions: Names of those that are set to what only the database knows.
        relations: The relations that are to be told of.
        pointing: Those of them whose new value is known before the write.
        made: Those whose new value is an expression.
        columns: What to read: the relations first, then what is to be compared.
        compared: What is compared with the new value, and where among the columns.
        surely_moved: Names of what someone compares and nobody can before the write.
        moves_keys: Whether a part of the primary key is written.
        is_told: Whether the statement itself tells all that is wanted.
        held: What is told as written if the relations lead where they did before.
        is_triable: Whether the statement would tell all then.
    """

    interest: Interest
    model: type[Model]
    fields: frozenset[str] | None
    expressions: frozenset[str]
    relations: tuple[AnyField, ...]
    pointing: tuple[AnyField, ...]
    made: tuple[AnyField, ...]
    columns: tuple[AnyField, ...]
    compared: tuple[tuple[AnyField, int], ...]
    surely_moved: frozenset[str]
    moves_keys: bool
    is_told: bool
    held: frozenset[str] | None
    is_triable: bool


def shape_of(
    interest: Interest,
    model: type[Model],
    kind: ChangeKind,
    values: Mapping[str, Any],
    *,
    are_keys_known: bool,
) -> Shape:
    """
    Return the shape of a write.

    Args:
        interest: Who listens at the moment.
        model: The query's model.
        kind: UPDATE, DELETE or LOAD.
        values: Name of a field -> what it is set to.
        are_keys_known: Whether the caller has the keys of the rows.
    """
    made = tuple([name for name, each in values.items() if is_expression(each)])
    names, shapes = tuple(values), _shapes_of(interest)
    key = (model, kind, names, made, are_keys_known)
    known = shapes.get(key)
    if known is None:
        if len(shapes) >= _MANY:
            shapes.clear()
        known = shapes[key] = _shape(
            interest,
            table_owner(model),
            kind,
            names,
            frozenset(made),
            are_keys_known=are_keys_known,
        )
    return known


def _shapes_of(interest: Interest) -> dict[Hashable, Shape]:
    # It lives as long as the interest does.
    found: dict[Hashable, Shape] = vars(interest).setdefault(_ATTRIBUTE, {})
    return found


def _shape(
    interest: Interest,
    model: type[Model],
    kind: ChangeKind,
    names: Sequence[str],
    made: frozenset[str],
    *,
    are_keys_known: bool,
) -> Shape:
    fields = with_generated(model, names) if kind is ChangeKind.UPDATE else None
    interest = interest.about(fields)
    moves_keys = any(part.name in names for part in key_fields(model))
    relations = relations_of(model, interest)
    is_lazy = (
        are_keys_known
        and kind is ChangeKind.UPDATE
        and interest.lazy is not None
        and not moves_keys
    )
    if is_lazy:
        unread = interest.lazy or ()
        relations = [f for f in relations if f.name in names or f.name not in unread]
    compared = [
        concrete_field(model, name) for name in names if name in interest.compared
    ]
    known = [f for f in compared if f.name not in made]
    read = relations + [f for f in known if f not in relations]
    written = [f for f in relations if f.name in names]
    pointing = [f for f in written if f.name not in made]
    return Shape(
        interest=interest,
        model=model,
        fields=fields,
        expressions=made,
        relations=tuple(relations),
        pointing=tuple(pointing),
        made=tuple(f for f in written if f.name in made),
        columns=tuple(read),
        compared=tuple((f, read.index(f)) for f in known),
        surely_moved=made.intersection(f.name for f in compared),
        moves_keys=moves_keys,
        is_told=is_lazy and not relations,
        held=None if fields is None else fields.difference(f.name for f in pointing),
        is_triable=is_lazy and bool(relations) and pointing == relations,
    )
