"""Rows whose values differ from what is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError
from django.db.models import Model

from django_reckon.changes.event import Change, ChangeKind, Key
from django_reckon.changes.watch import watch_list
from django_reckon.computed.refreshing.refusals import is_impossible, refusal
from django_reckon.computed.rules.registry import ComputedColumn
from django_reckon.exceptions import ResolutionError
from django_reckon.ground.internals import concrete_field, with_generated


@dataclass(slots=True)
class Moved:
    """
    Some rows of one model, their new values, and where they lead.

    Attributes:
        columns: The fields that were computed.
        forms: Primary key -> the value of each field, as its column holds it.
        fields: Names of those that differ in some row.
        before: Attribute of a relation that someone follows -> where the rows led.
        after: The same with the new values.
    """

    columns: Sequence[ComputedColumn]
    forms: dict[Key, list[Any]] = field(default_factory=dict)
    fields: set[str] = field(default_factory=set)
    before: dict[str, set[Key]] = field(default_factory=dict)
    after: dict[str, set[Key]] = field(default_factory=dict)

    def add(
        self, row: Model, was: dict[str, Any], forms: list[Any], differ: set[str]
    ) -> None:
        """Note a row with new values."""
        self.forms[row.pk] = forms
        self.fields |= differ
        for name, old in was.items():
            self.before.setdefault(name, set()).add(old)
            self.after.setdefault(name, set()).add(getattr(row, name))

    def written(self) -> tuple[list[ComputedColumn], dict[Key, list[Any]]]:
        """Return the fields to write, and primary key -> their values."""
        places = [at for at, c in enumerate(self.columns) if c.name in self.fields]
        rows = {pk: [forms[at] for at in places] for pk, forms in self.forms.items()}
        return [self.columns[at] for at in places], rows

    def change(self, model: type[Model], alias: str) -> Change:
        """Return what was written as the capture would have told it."""
        attributes = followed(model)
        return Change(
            model=model,
            alias=alias,
            kind=ChangeKind.UPDATE,
            keys=tuple(self.forms),
            fields=with_generated(model, self.fields),
            before=_targets(attributes, self.before),
            after=_targets(attributes, self.after),
        )

    def refusal(self, error: DatabaseError) -> ResolutionError:
        """Return the error that names the value which the database will not have."""
        for pk, forms in self.forms.items():
            for column, form in zip(self.columns, forms, strict=True):
                if is_impossible(column, form):
                    return refusal(column, pk, form, error)
        labels = [each.label for each in self.columns if each.name in self.fields]
        keys = list(self.forms)
        problem = f"the database refuses it ({type(error).__name__}: {error})"
        return ResolutionError(
            ", ".join(labels), keys[0] if len(keys) == 1 else keys, problem
        )


def followed(model: type[Model]) -> dict[str, str]:
    """Return the relations that someone follows from a row: name -> attribute."""
    interest = watch_list.of(model)
    names = interest.relations if interest is not None else ()
    return {name: concrete_field(model, name).attname for name in names}


def _targets(
    attributes: dict[str, str], keys: dict[str, set[Key]]
) -> dict[str, frozenset[Key]]:
    return {
        name: frozenset(keys[attribute]) - {None}
        for name, attribute in attributes.items()
    }
