"""Models with every kind of relation and key that the testapp lacks."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import F
from typing_extensions import override

from django_reckon.managers import FastCountManager


class Place(models.Model):
    """What the others point at."""

    slug = models.SlugField(unique=True)

    @override
    def __str__(self) -> str:
        return self.slug


def lost_and_found() -> Place:
    """Return where things go whose place is gone."""
    return Place.objects.get_or_create(slug="lost")[0]


def first_place() -> int:
    """Return the key of the place that things have by default."""
    return Place.objects.get_or_create(slug="default")[0].pk


class Parcel(models.Model):
    """Points at places in every way there is."""

    code = models.CharField(max_length=20, unique=True)
    size = models.IntegerField(default=0)
    area: Any = models.GeneratedField(
        expression=F("size") * F("size"),
        output_field=models.IntegerField(),
        db_persist=True,
    )
    at = models.ForeignKey(
        Place, models.SET_NULL, null=True, blank=True, related_name="parcels"
    )
    home = models.ForeignKey(
        Place,
        models.SET_DEFAULT,
        default=first_place,
        null=True,
        related_name="homes",
    )
    last = models.ForeignKey(
        Place, models.SET(lost_and_found), null=True, related_name="lasts"
    )
    label = models.ForeignKey(
        Place, models.CASCADE, to_field="slug", null=True, related_name="labels"
    )

    @override
    def __str__(self) -> str:
        return self.code


class Seat(models.Model):
    """A composite key, and a place."""

    pk: Any = models.CompositePrimaryKey("line", "number")
    line = models.IntegerField()
    number = models.IntegerField()
    taken = models.BooleanField(default=False)
    place = models.ForeignKey(
        Place, models.CASCADE, null=True, blank=True, related_name="seats"
    )


class Node(models.Model):
    """A tree."""

    parent: models.ForeignKey[Any, Any] = models.ForeignKey(
        "self", models.CASCADE, null=True, related_name="children"
    )
    rank = models.IntegerField(default=0)


class Token(models.Model):
    """A key that the client makes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    place = models.ForeignKey(Place, models.CASCADE, null=True, related_name="tokens")


class Person(models.Model):
    """Somebody."""

    name = models.CharField(max_length=50)

    @override
    def __str__(self) -> str:
        return self.name


class Profile(models.Model):
    """A relation for a key."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True)
    text = models.CharField(max_length=50, blank=True)


class Club(models.Model):
    """People, through memberships."""

    name = models.CharField(max_length=50)
    people: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        Person, through="Membership", related_name="clubs"
    )

    @override
    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A through model with a column of its own."""

    person = models.ForeignKey(Person, models.CASCADE)
    club = models.ForeignKey(Club, models.CASCADE)
    role = models.CharField(max_length=20, default="member")


class CarefulQuerySet(models.QuerySet["Tool"]):
    """Overrides the writing methods and calls super, as it should."""

    @override
    def update(self, **kwargs: Any) -> int:
        return super().update(**kwargs)

    @override
    def delete(self) -> tuple[int, dict[str, int]]:
        return super().delete()

    @override
    def bulk_create(self, *args: Any, **kwargs: Any) -> list[Tool]:
        return super().bulk_create(*args, **kwargs)


class CarefulManager(models.Manager["Tool"]):
    """Adds a method and hides some rows."""

    @override
    def get_queryset(self) -> CarefulQuerySet:
        return CarefulQuerySet(self.model, using=self._db).filter(hidden=False)

    def make(self, name: str) -> Tool:
        return self.create(name=name)


class Tool(models.Model):
    """Has managers of its own."""

    name = models.CharField(max_length=50)
    hidden = models.BooleanField(default=False)
    place = models.ForeignKey(Place, models.CASCADE, null=True, related_name="tools")

    objects = CarefulManager()

    @override
    def __str__(self) -> str:
        return self.name


class Crate(models.Model):
    """Its counts are forgotten when a write commits."""

    label = models.CharField(max_length=50, blank=True)
    place = models.ForeignKey(Place, models.CASCADE, null=True, related_name="crates")

    objects = FastCountManager["Crate"](
        cache_counts_larger_than=1,
        invalidate_on_write=True,
        disable_forked_precaching=True,
    )

    @override
    def __str__(self) -> str:
        return self.label
