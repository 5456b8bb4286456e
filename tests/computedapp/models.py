"""
A world of computed fields over every kind of relation.

Each function states in plain Python what its column must hold, so an instance read
anew is all the oracle that a test needs.
"""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F
from typing_extensions import override

from django_reckon.models import ComputedField, ComputedFieldsModel, computed
from tests.computedapp import corners as corners
from tests.computedapp import managed as managed
from tests.computedapp import nooks as nooks


class Country(models.Model):
    """The far end of the longest path."""

    code = models.CharField(max_length=10)

    @override
    def __str__(self) -> str:
        return self.code


class Publisher(ComputedFieldsModel):
    """In the middle of paths in both directions."""

    name = models.CharField(max_length=50)
    country = models.ForeignKey(
        Country, models.SET_NULL, null=True, blank=True, related_name="publishers"
    )

    @computed(
        models.IntegerField(default=0),
        depends=[("titles.copies", ["price"])],
        default_on_create=True,
    )
    def copies_printed(self) -> int:
        return sum(title.copies.count() for title in self.titles.all())

    @override
    def __str__(self) -> str:
        return self.name


class Shelf(ComputedFieldsModel):
    """Sums, counts and lists over the copies that stand there."""

    label = models.CharField(max_length=50)
    upper = ComputedField(
        models.CharField(max_length=50, default=""),
        depends=[("self", ["label"])],
        compute=lambda shelf: shelf.label.upper(),
    )

    @computed(
        models.DecimalField(max_digits=12, decimal_places=2, default=0),
        depends=[("copies", ["price"])],
    )
    def total(self) -> Decimal:
        if not self.pk:
            return Decimal(0)
        return sum((copy.price for copy in self.copies.all()), Decimal(0))

    @computed(models.IntegerField(default=0), depends=[("copies", ["id"])])
    def size(self) -> int:
        return self.copies.count() if self.pk else 0

    @computed(
        models.TextField(default=""),
        depends=[("self", ["upper", "size"]), ("copies.title", ["line"])],
    )
    def summary(self) -> str:
        lines = sorted(copy.title.line for copy in self.copies.all()) if self.pk else []
        return f"{self.upper}/{self.size}: {'; '.join(lines)}"

    @computed(
        models.ForeignKey(
            "Copy", models.SET_NULL, null=True, related_name="+", db_constraint=False
        ),
        depends=[("copies", ["price"])],
    )
    def dearest(self) -> Copy | None:
        copies = list(self.copies.all()) if self.pk else []
        return max(copies, key=lambda copy: (copy.price, copy.pk), default=None)

    @computed(models.TextField(default=""), depends=[("dearest.title", ["line"])])
    def pride(self) -> str:
        return self.dearest.title.line if self.dearest is not None else "nothing"

    @override
    def __str__(self) -> str:
        return self.label


class Note(models.Model):
    """A remark on anything."""

    text = models.CharField(max_length=50)
    content_type = models.ForeignKey(ContentType, models.CASCADE, related_name="+")
    object_id = models.CharField(max_length=50)
    about = GenericForeignKey()

    @override
    def __str__(self) -> str:
        return self.text


class Title(ComputedFieldsModel):
    """A book in the catalogue: its line goes into the summaries of shelves."""

    name = models.CharField(max_length=50)
    publisher = models.ForeignKey(
        Publisher, models.CASCADE, null=True, related_name="titles"
    )
    notes = GenericRelation(Note)

    @computed(
        models.CharField(max_length=200, default=""),
        depends=[
            ("self", ["name"]),
            ("publisher", ["name"]),
            ("publisher.country", ["code"]),
        ],
    )
    def line(self) -> str:
        if self.publisher is None:
            return self.name
        country = self.publisher.country
        code = country.code if country is not None else "-"
        return f"{self.name} ({self.publisher.name}, {code})"

    @computed(models.TextField(default=""), depends=[("notes", ["text"])])
    def remarks(self) -> str:
        return "|".join(sorted(n.text for n in self.notes.all())) if self.pk else ""

    @computed(models.TextField(default=""), depends=[("tags", ["word"])])
    def words(self) -> str:
        return ",".join(sorted(t.word for t in self.tags.all())) if self.pk else ""

    @override
    def __str__(self) -> str:
        return self.name


class Copy(ComputedFieldsModel):
    """A book on a shelf, with a generated column."""

    title = models.ForeignKey(Title, models.CASCADE, related_name="copies")
    shelf = models.ForeignKey(
        Shelf, models.SET_NULL, null=True, blank=True, related_name="copies"
    )
    price = models.DecimalField(max_digits=8, decimal_places=2, default=0)
    amount = models.IntegerField(default=1)
    double: Any = models.GeneratedField(
        expression=F("amount") * 2,
        output_field=models.IntegerField(),
        db_persist=True,
    )

    @computed(
        models.TextField(default=""),
        depends=[("self", ["amount"]), ("shelf", ["upper"])],
    )
    def place(self) -> str:
        return f"{self.amount} on {self.shelf.upper if self.shelf else 'the floor'}"

    @computed(
        models.DecimalField(max_digits=9, decimal_places=3, null=True),
        depends=[("self", ["price"])],
    )
    def third(self) -> Decimal | None:
        return Decimal(self.price) / 3 if self.price else None


class Tag(ComputedFieldsModel):
    """Many to many, without a model of its own between."""

    word = models.CharField(max_length=20)
    titles: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        Title, related_name="tags", related_query_name="tagged"
    )

    @computed(models.TextField(default=""), depends=[("titles", ["name"])])
    def names(self) -> str:
        return ",".join(sorted(t.name for t in self.titles.all())) if self.pk else ""

    @override
    def __str__(self) -> str:
        return self.word


class Member(ComputedFieldsModel):
    """Many to many through loans, with a key that the client makes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=20)
    lent: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        Title, through="Loan", related_name="members"
    )

    @computed(
        models.JSONField(default=dict),
        depends=[("loans", ["days"]), ("lent", ["name"])],
        prefetch_related=["loans__title"],
    )
    def loan_days(self) -> dict[str, int]:
        days: dict[str, int] = {}
        for loan in self.loans.all():
            days[loan.title.name] = days.get(loan.title.name, 0) + loan.days
        return days

    @override
    def __str__(self) -> str:
        return self.name


class Loan(models.Model):
    """A through model with a column of its own."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="loans")
    title = models.ForeignKey(Title, models.CASCADE, related_name="loans")
    days = models.IntegerField(default=1)


class Room(ComputedFieldsModel):
    """A parent's table."""

    name = models.CharField(max_length=20)

    @computed(models.CharField(max_length=40, default=""), depends=[("self", ["name"])])
    def sign(self) -> str:
        return f"Room {self.name}"

    @override
    def __str__(self) -> str:
        return self.name


class Hall(Room):
    """A child's table, made from columns of both."""

    seats = models.IntegerField(default=0)

    @computed(
        models.CharField(max_length=80, default=""),
        depends=[("self", ["name", "seats", "sign"]), ("chairs", ["broken"])],
    )
    def poster(self) -> str:
        broken = self.chairs.filter(broken=True).count() if self.pk else 0
        return f"{self.sign} ({self.name}): {self.seats - broken}"


class Chair(models.Model):
    """A composite key, and a hall."""

    pk: Any = models.CompositePrimaryKey("row", "number")
    row = models.IntegerField()
    number = models.IntegerField()
    hall = models.ForeignKey(Hall, models.CASCADE, null=True, related_name="chairs")
    broken = models.BooleanField(default=False)


class Ticket(ComputedFieldsModel):
    """A computed field beside a composite key."""

    pk: Any = models.CompositePrimaryKey("day", "seat")
    day = models.IntegerField()
    seat = models.IntegerField()
    hall = models.ForeignKey(Hall, models.CASCADE, related_name="tickets")

    @computed(
        models.CharField(max_length=120, default=""),
        depends=[("self", ["day", "seat"]), ("hall", ["poster"])],
    )
    def text(self) -> str:
        return f"{self.day}/{self.seat} {self.hall.poster}"


class Branch(ComputedFieldsModel):
    """A tree, of which each row knows its parent's name and its children's number."""

    name = models.CharField(max_length=20)
    parent: models.ForeignKey[Any, Any] = models.ForeignKey(
        "self", models.CASCADE, null=True, related_name="children"
    )

    @computed(
        models.TextField(default=""),
        depends=[
            ("self", ["name"]),
            ("parent", ["name"]),
            ("children", ["name"]),
        ],
    )
    def family(self) -> str:
        above = self.parent.name if self.parent is not None else ""
        below = sorted(c.name for c in self.children.all()) if self.pk else []
        return f"{above}>{self.name}>{','.join(below)}"

    @override
    def __str__(self) -> str:
        return self.name
