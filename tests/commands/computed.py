"""Calling the commands of computed fields, and a small world for them."""

from __future__ import annotations

import datetime as dt
import io
import json
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError

from django_reckon.models import not_computed
from tests.commands.runs import Run
from tests.computedapp.corners import Cell
from tests.computedapp.models import (
    Copy,
    Country,
    Hall,
    Loan,
    Member,
    Publisher,
    Room,
    Shelf,
    Tag,
    Ticket,
    Title,
)
from tests.support.drift import drifted
from tests.support.snapshot import make_once

if TYPE_CHECKING:
    from django.db.models import Model

__all__ = ["APP", "SPOILT", "World", "call", "differing", "records", "spoil"]

APP: Final = "computedapp"
# A row of each field's model gets a value that its function would not give it.
SPOILT: Final[list[tuple[type[Model], str, Any]]] = [
    (Shelf, "upper", "wrong"),
    (Shelf, "total", "99.99"),
    (Shelf, "size", 99),
    (Shelf, "summary", "wrong"),
    (Shelf, "dearest", None),
    (Shelf, "pride", "wrong"),
    (Publisher, "copies_printed", 99),
    (Title, "line", "wrong"),
    (Title, "words", "wrong"),
    (Copy, "place", "wrong"),
    (Copy, "third", None),
    (Tag, "names", "wrong"),
    (Member, "loan_days", {"wrong": 1}),
    (Room, "sign", "wrong"),
    (Hall, "poster", "wrong"),
    (Ticket, "text", "wrong"),
    (Cell, "json", [1]),
    (Cell, "fraction", None),
]


@dataclass(frozen=True, slots=True)
class World:
    """Rows whose computed fields are right, in one database."""

    alias: str = "default"

    def build(self) -> None:
        """Write two or three rows of several models, the same in every test."""
        make_once(self, self._build, self.alias, APP)

    def all(self, model: type[Model]) -> Any:
        """Return every row of a model, as a queryset of that model; hence Any."""
        return model._base_manager.using(self.alias).all()

    def wrong(self) -> set[tuple[str, Any]]:
        """Return field and key of each value that is not what its function says."""
        return {
            (drift.field, drift.pk)
            for drift in drifted(using=self.alias)
            if not _is_inherited(drift.field)
        }

    def _build(self) -> None:
        country = self.all(Country).create(code="AT")
        press = self.all(Publisher).create(name="Press", country=country)
        titles = [
            self.all(Title).create(name=name, publisher=press)
            for name in ("Alpha", "Beta")
        ]
        for label in ("left", "right", "top"):
            shelf = self.all(Shelf).create(label=label)
            for at, title in enumerate(titles, 1):
                self.all(Copy).create(title=title, shelf=shelf, price=at, amount=at)
        tag = self.all(Tag).create(word="new")
        tag.titles.set(titles)
        for name in ("Ann", "Bob"):
            member = self.all(Member).create(name=name)
            self.all(Loan).create(member=member, title=titles[0], days=3)
        hall = self.all(Hall).create(name="Main", seats=100)
        for seat in (1, 2, 3):
            self.all(Ticket).create(day=7, seat=seat, hall=hall)
        for seed in (1, 2, 3):
            self.all(Cell).create(
                code=uuid.UUID(int=seed),
                day=dt.date(2024, 2, 29),
                level=Decimal("1.50"),
                seed=seed,
            )


def _is_inherited(label: str) -> bool:
    """Tell whether a field is a column of a parent's table, and seen there as well."""
    model_label, _, name = label.rpartition(".")
    local = apps.get_model(model_label)._meta.local_fields
    return name not in {field.name for field in local}


def spoil(queryset: Any, **values: Any) -> None:
    """Write to rows so that nothing is computed; Any: a queryset of any model."""
    with not_computed():
        queryset.update(**values)


def call(name: str, *arguments: str) -> Run:
    """Call a command and return what came of it."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(name, *arguments, stdout=out, stderr=err)
    except CommandError as error:
        return Run(out.getvalue(), err.getvalue(), error.returncode, str(error))
    return Run(out.getvalue(), err.getvalue())


def records(text: str) -> list[dict[str, Any]]:
    """Return the objects of JSON Lines; their values are of many types."""
    return [json.loads(line) for line in text.splitlines()]


def differing(text: str) -> set[tuple[str, Any]]:
    """Return field and key of each row that checkdata wrote as JSON, keys hashable."""
    return {
        (f"{each['model']}.{each['field']}", tuple(pk) if isinstance(pk, list) else pk)
        for each in records(text)
        for pk in each["pks"]
    }
