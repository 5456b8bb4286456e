"""The models of the shop as plain Django has them, to compare what checkers say."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Country(models.Model):
    code = models.CharField(max_length=2)
    in_union = models.BooleanField(default=False)


class City(models.Model):
    name = models.CharField(max_length=64)
    country = models.ForeignKey(
        Country, on_delete=models.CASCADE, related_name="cities"
    )


class AuthorQuerySet(models.QuerySet["Author"]):
    def adults(self) -> AuthorQuerySet:
        return self.filter(born__lte=2000)


class Author(models.Model):
    name = models.CharField(max_length=32)
    born = models.IntegerField(default=1900)
    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="authors")
    upper = models.CharField(max_length=32)
    short = models.CharField(max_length=32, null=True)
    decade = models.IntegerField()
    revenue = models.DecimalField(max_digits=8, decimal_places=2)
    record = models.JSONField(default=dict)
    last_sale = models.DateTimeField(null=True)
    country = models.ForeignKey(
        Country, on_delete=models.SET_NULL, null=True, related_name="authors"
    )

    objects = models.Manager.from_queryset(AuthorQuerySet)()


class Book(models.Model):
    title = models.CharField(max_length=64)
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="books")

    objects: ClassVar[models.Manager[Book]] = models.Manager()


class TagQuerySet(models.QuerySet["Tag"]):
    def used(self) -> TagQuerySet:
        return self.exclude(books=None)


class Tag(models.Model):
    name = models.CharField(max_length=16)
    books = models.ManyToManyField(Book, related_name="tags")

    objects = TagQuerySet.as_manager()
