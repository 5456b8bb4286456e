"""A few rows of every model, and what every computed field of them holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import transaction
from django.db.models import Model, QuerySet

from django_reckon.models import not_computed
from tests.computedapp.corners import Crate, Depot
from tests.computedapp.models import (
    Branch,
    Chair,
    Copy,
    Country,
    Hall,
    Loan,
    Member,
    Note,
    Publisher,
    Room,
    Shelf,
    Tag,
    Ticket,
    Title,
)
from tests.support.columns import columns
from tests.support.drift import computed_models, plain
from tests.support.snapshot import make_once

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Shop", "changed", "stored"]

M = TypeVar("M", bound=Model)


class Shop:
    """The rows, on one database; all shops of a process have the same keys."""

    def __init__(self, alias: str = "default") -> None:
        self.alias = alias
        make_once(self, self._furnish, alias, "computedapp")

    def all(self, model: type[M]) -> QuerySet[M]:
        """Return all rows of a model; no manager of it has a say."""
        return QuerySet(model, using=self.alias)

    def row(self, instance: M) -> M:
        """Return the row as it is stored now."""
        return self.all(type(instance)).get(pk=instance.pk)

    def make(self, model: type[M], **values: Any) -> M:
        """Insert a row; Any: as the model likes."""
        return self.all(model).create(**values)

    def _furnish(self) -> None:
        # Recovered at once for all rows, which takes less time than row by row.
        with transaction.atomic(using=self.alias), not_computed(recover=True):
            self._books()
            self._readers()
            self._halls()
            self._depots()

    def _books(self) -> None:
        self.here = self.make(Country, code="HE")
        self.there = self.make(Country, code="TH")
        self.oak = self.make(Publisher, name="Oak", country=self.here)
        self.elm = self.make(Publisher, name="Elm", country=self.there)
        self.ada = self.make(Title, name="Ada", publisher=self.oak)
        self.bob = self.make(Title, name="Bob", publisher=self.oak)
        self.cyd = self.make(Title, name="Cyd", publisher=self.elm)
        self.left = self.make(Shelf, label="left")
        self.right = self.make(Shelf, label="right")
        self.one = self.make(
            Copy, title=self.ada, shelf=self.left, price="10.00", amount=1
        )
        self.two = self.make(
            Copy, title=self.bob, shelf=self.left, price="5.00", amount=2
        )
        self.three = self.make(
            Copy, title=self.cyd, shelf=self.right, price="7.50", amount=3
        )
        self.loose = self.make(Copy, title=self.ada, price="1.00", amount=4)
        self.note = self.make(Note, text="good", about=self.ada)
        self.remark = self.make(Note, text="bad", about=self.bob)
        self.red = self.make(Tag, word="red")
        self.blue = self.make(Tag, word="blue")
        self.red.titles.add(self.ada, self.bob)
        self.root = self.make(Branch, name="root")
        self.leaf = self.make(Branch, name="leaf", parent=self.root)
        self.twig = self.make(Branch, name="twig")

    def _readers(self) -> None:
        self.mia = self.make(Member, name="Mia")
        self.noa = self.make(Member, name="Noa")
        self.loan = self.make(Loan, member=self.mia, title=self.ada, days=3)

    def _halls(self) -> None:
        self.room = self.make(Room, name="closet")
        self.hall = self.make(Hall, name="main", seats=100)
        self.annex = self.make(Hall, name="annex", seats=20)
        self.chair = self.make(Chair, row=1, number=1, hall=self.hall, broken=True)
        self.stool = self.make(Chair, row=1, number=2, hall=self.hall)
        self.ticket = self.make(Ticket, day=1, seat=7, hall=self.hall)

    def _depots(self) -> None:
        self.zero = self.make(Depot, number=0, name="zero")
        self.dark = self.make(Depot, number=7, name="dark", hidden=True)
        self.main = self.make(Depot, number=8, name="main")
        self.first = self.make(Crate, depot=self.zero, weight=1, width=2, height=3)
        self.second = self.make(Crate, depot=self.dark, weight=10, width=4, height=5)
        self.third = self.make(Crate, depot=self.main, weight=100, width=6, height=7)


def stored(alias: str = "default") -> dict[tuple[str, Any], Any]:
    """Return every stored value: field and key of the row, a tuple -> value."""
    found = {}
    for model in computed_models("computedapp"):
        fields = model._meta.local_concrete_fields
        keys = [fields.index(part) for part in model._meta.pk_fields]
        for row in columns(model, [field.attname for field in fields], alias=alias):
            pk = tuple(row[at] for at in keys)
            for field, value in zip(fields, row, strict=True):
                where = f"{model.__name__}.{field.name}", pk
                found[where] = plain(field, value)
    return found


def changed(
    before: Mapping[tuple[str, Any], Any], after: Mapping[tuple[str, Any], Any]
) -> set[str]:
    """Return the fields that moved in rows that were there before and after."""
    return {
        where[0]
        for where in before.keys() & after.keys()
        if before[where] != after[where]
    }
