"""
Declarations that are right.

Reverse relations are there for checkers that know Django; the others say so.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Final

from django.db import models

from django_reckon.managers import FastCountManager, FastCountQuerySet
from django_reckon.models import (
    ComputedField,
    ComputedFieldsModel,
    computed,
    precomputed,
)

NAME: Final = [("self", ["name"])]


class Country(models.Model):
    code = models.CharField(max_length=2)
    in_union = models.BooleanField(default=False)


class City(models.Model):
    name = models.CharField(max_length=64)
    country = models.ForeignKey(
        Country, on_delete=models.CASCADE, related_name="cities"
    )


class AuthorQuerySet(FastCountQuerySet["Author"]):
    def adults(self) -> AuthorQuerySet:
        return self.filter(born__lte=2000)


def initial(author: Author) -> str:
    return author.name[:1]


class Author(ComputedFieldsModel):
    name = models.CharField(max_length=32)
    born = models.IntegerField(default=1900)
    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="authors")

    @computed(models.CharField(max_length=32), depends=NAME)
    def upper(self) -> str:
        return self.name.upper()

    @computed(models.CharField(max_length=32, null=True), depends=[("self", ["name"])])
    def short(self) -> str | None:
        return self.name[:3] or None

    @computed(models.IntegerField(), depends=[("self", ["born"])])
    def decade(self) -> int:
        return self.born // 10

    @computed(
        models.DecimalField(max_digits=8, decimal_places=2),
        depends=[("books", ["price"])],
    )
    def revenue(self) -> Decimal:
        # E: pyright, basedpyright [reportAttributeAccessIssue]
        # E: ty [missing-attribute]
        return sum((book.price for book in self.books.all()), Decimal(0))

    @computed(models.JSONField(default=dict), depends=[("self", ["name", "born"])])
    def record(self) -> dict[str, Any]:
        return {"name": self.name, "born": self.born}

    @computed(models.DateTimeField(null=True), depends=[("books", ["sold"])])
    def last_sale(self) -> datetime | None:
        # E: pyright, basedpyright [reportAttributeAccessIssue]
        # E: ty [missing-attribute]
        book = self.books.order_by("-sold").first()
        return book.sold if book else None

    @computed(
        models.ForeignKey(
            Country, on_delete=models.SET_NULL, null=True, related_name="authors"
        ),
        depends=[("city", ["country"])],
    )
    def country(self) -> Country | None:
        return self.city.country

    @computed(models.CharField(max_length=2), depends=[("city.country", ["code"])])
    def country_code(self) -> str:
        return self.city.country.code

    first = ComputedField(
        models.CharField(max_length=1), compute=initial, depends=[("self", ["name"])]
    )
    last = ComputedField(
        models.CharField(max_length=1),
        compute=lambda author: author.name[-1:],
        depends=[("self", ["name"])],
    )

    objects = FastCountManager.from_queryset(AuthorQuerySet)()

    @precomputed(skip_after=True)
    def save_quietly(self, using: str, *, loud: bool = False) -> int:
        return len(using) + loud


class Book(models.Model):
    title = models.CharField(max_length=64)
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="books")
    price = models.DecimalField(max_digits=8, decimal_places=2)
    sold = models.DateTimeField()

    objects: ClassVar[FastCountManager[Book]] = FastCountManager()


class TagQuerySet(FastCountQuerySet["Tag"]):
    def used(self) -> TagQuerySet:
        return self.exclude(books=None)


class Tag(models.Model):
    name = models.CharField(max_length=16)
    books = models.ManyToManyField(Book, related_name="tags")

    objects = TagQuerySet.as_manager()


class Shelf(ComputedFieldsModel):
    """A base of other tables and a base of other models."""

    label = models.CharField(max_length=9)

    class Meta(ComputedFieldsModel.Meta):
        abstract = True

    @computed(models.CharField(max_length=9), depends=[("self", ["label"])])
    def slug(self) -> str:
        return self.label.lower()


class Rack(Shelf):
    number = models.IntegerField()

    @computed(models.CharField(max_length=9), depends=[("self", ["label", "number"])])
    def place(self) -> str:
        return f"{self.label}{self.number}"

    @computed(
        models.ForeignKey("Rack", null=True, on_delete=models.CASCADE),
        depends=[("self", ["number"])],
    )
    def neighbour(self) -> Rack | None:
        return Rack.objects.filter(number=self.number + 1).first()

    # As long as the field has no choices of its own, a subclass of str is a str.
    @computed(models.FloatField(), depends=[("self", ["number"])])
    def ratio(self) -> int:
        return self.number
