"""
The models of every side, with computed fields of the side whose process this is.

Each side reads related rows as its guide says: django-computedfields by
`prefetch_related`, without which it asks for the children of each parent by itself;
ours by `depends` alone.
"""

from __future__ import annotations

import importlib
from typing import Any

from django.conf import settings
from django.db import models

from benchmarks.computing.sides import COMPUTEDFIELDS, FACES

# The names are the same on all sides, which no type checker can know.
_face: Any = importlib.import_module(settings.BENCH_FACE)


def _read_by(relation: str) -> dict[str, Any]:
    """Return what tells a side to read a relation of many rows at once."""
    is_theirs = FACES[COMPUTEDFIELDS.name] == settings.BENCH_FACE
    return {"prefetch_related": [relation]} if is_theirs else {}


class Parent(_face.ComputedFieldsModel):
    """Stores how many children it has, and their sum."""

    name = models.CharField(max_length=20)

    @_face.computed(
        models.IntegerField(default=0),
        depends=[("children", ["amount"])],
        **_read_by("children"),
    )
    def total(self) -> int:
        """What the children's amounts come to."""
        return sum(child.amount for child in self.children.all()) if self.pk else 0

    @_face.computed(
        models.IntegerField(default=0),
        depends=[("children", ["amount"])],
        **_read_by("children"),
    )
    def number(self) -> int:
        """How many children there are."""
        return len(self.children.all()) if self.pk else 0


class Child(models.Model):
    """Has an amount, and a note that nothing follows."""

    parent = models.ForeignKey(
        Parent, on_delete=models.CASCADE, related_name="children"
    )
    amount = models.IntegerField()
    note = models.CharField(max_length=20, default="")


class Region(_face.ComputedFieldsModel):
    """The fourth level."""

    @_face.computed(
        models.IntegerField(default=0),
        depends=[("customers", ["total"])],
        **_read_by("customers"),
    )
    def total(self) -> int:
        """What its customers come to."""
        return sum(each.total for each in self.customers.all()) if self.pk else 0


class Customer(_face.ComputedFieldsModel):
    """The third level."""

    region = models.ForeignKey(
        Region, on_delete=models.CASCADE, related_name="customers"
    )

    @_face.computed(
        models.IntegerField(default=0),
        depends=[("orders", ["total"])],
        **_read_by("orders"),
    )
    def total(self) -> int:
        """What the orders come to."""
        return sum(each.total for each in self.orders.all()) if self.pk else 0


class Order(_face.ComputedFieldsModel):
    """The second level."""

    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="orders"
    )

    @_face.computed(
        models.IntegerField(default=0),
        depends=[("lines", ["cost"])],
        **_read_by("lines"),
    )
    def total(self) -> int:
        """What the lines come to."""
        return sum(each.cost for each in self.lines.all()) if self.pk else 0


class Line(_face.ComputedFieldsModel):
    """The first level."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    price = models.IntegerField()
    quantity = models.IntegerField()

    @_face.computed(
        models.IntegerField(default=0), depends=[("self", ["price", "quantity"])]
    )
    def cost(self) -> int:
        """What it comes to."""
        return self.price * self.quantity


class Item(_face.ComputedFieldsModel):
    """Stores what is made of its own columns."""

    name = models.CharField(max_length=20)
    price = models.IntegerField()
    quantity = models.IntegerField()

    @_face.computed(
        models.IntegerField(default=0), depends=[("self", ["price", "quantity"])]
    )
    def cost(self) -> int:
        """What it comes to."""
        return self.price * self.quantity


# Those that others point at come first.
MODELS = (Parent, Child, Region, Customer, Order, Line, Item)
