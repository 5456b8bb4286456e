"""What all inserts into one table have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db.models import Model

from django_reckon.changes.conflicts import unique_columns
from django_reckon.changes.rows import key_fields
from django_reckon.changes.targets import relations_of
from django_reckon.changes.watch import Explainer, Interest, Preparer
from django_reckon.ground.internals import AnyField, sets_itself, table_owner

_ATTRIBUTE: Final = "_intake"


@dataclass(frozen=True, slots=True)
class Intake:
    """
    Worked out once, for a loop of create() asks the same of each row.

    Attributes:
        model: That of the table.
        relations: The relations that are to be told of.
        keys: The columns of the primary key; none if nobody wants the new ones.
        setting: Names of columns that set themselves and are read before they are
            inserted: by preparers, as relations, or to find what an upsert meets.
        preparers: Whom to show the objects before the statement.
        explainers: Whom to ask about its error.
    """

    model: type[Model]
    relations: tuple[AnyField, ...]
    keys: tuple[AnyField, ...]
    setting: frozenset[str]
    preparers: tuple[Preparer, ...]
    explainers: tuple[Explainer, ...]


def intake_of(interest: Interest, model: type[Model]) -> Intake:
    """Return what is asked of inserts into the table of a model."""
    # It lives as long as the interest does, which is in one table.
    known: Intake | None = vars(interest).get(_ATTRIBUTE)
    if known is None:
        known = vars(interest)[_ATTRIBUTE] = _intake(interest, table_owner(model))
    return known


def _intake(interest: Interest, model: type[Model]) -> Intake:
    preparing = [each for each in interest.watches if each.prepare is not None]
    relations = relations_of(model, interest)
    read = {field.name for field in relations}
    if relations:
        read.update(each.name for some in unique_columns(model) for each in some)
    setting = [f.name for f in model._meta.local_concrete_fields if sets_itself(f)]
    return Intake(
        model=model,
        relations=tuple(relations),
        keys=key_fields(model) if interest.keys or preparing else (),
        setting=frozenset(
            name
            for name in setting
            if name in read or any(each.minds(frozenset([name])) for each in preparing)
        ),
        preparers=tuple(each.prepare for each in preparing if each.prepare),
        explainers=tuple(
            each.explain for each in interest.watches if each.explain is not None
        ),
    )
