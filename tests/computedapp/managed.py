"""
A corner of the world of computed fields whose managers and models have their say.

What they leave out, join or number has to come to the same for many rows that are
refreshed together as for each by itself.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Prefetch, QuerySet, Window
from django.db.models.functions import RowNumber
from typing_extensions import override

from django_reckon.models import ComputedFieldsModel, computed
from tests.computedapp.nooks import Maker


class NamesOnly(models.Manager["Guest"]):
    """Reads no foreign key."""

    @override
    def get_queryset(self) -> QuerySet[Guest]:
        return super().get_queryset().only("name")


class WithoutCode(models.Manager["Floor"]):
    """Does not read the column that others point at."""

    @override
    def get_queryset(self) -> QuerySet[Floor]:
        return super().get_queryset().defer("code")


class Numbered(models.Manager["Suite"]):
    """Numbers the rows that it is asked for."""

    @override
    def get_queryset(self) -> QuerySet[Suite]:
        number = Window(RowNumber(), order_by=F("pk").asc())
        return super().get_queryset().annotate(number=number)


class OfOpenHotels(models.Manager["Service"]):
    """Joins the table that Django takes the pairs from."""

    @override
    def get_queryset(self) -> QuerySet[Service]:
        return super().get_queryset().filter(hotels__is_open=True)


class Service(models.Model):
    """What a hotel offers."""

    name = models.CharField(max_length=20, default="")

    objects = OfOpenHotels()

    @override
    def __str__(self) -> str:
        return self.name


class Hotel(ComputedFieldsModel):
    """Reads its suites and guests by every such manager."""

    # Known before the insert, so that no function has to ask for it.
    number = models.IntegerField(primary_key=True)
    is_open = models.BooleanField(default=True)
    services = models.ManyToManyField(Service, related_name="hotels")

    @computed(models.TextField(default=""), depends=[("guests", ["name"])])
    def names(self) -> str:
        return ", ".join(sorted(guest.name for guest in self.guests.all()))

    @computed(models.TextField(default=""), depends=[("floors", ["code"])])
    def codes(self) -> str:
        return ", ".join(sorted(floor.code for floor in self.floors.all()))

    @computed(models.TextField(default=""), depends=[("floors.signs", ["text"])])
    def signs(self) -> str:
        signs = [sign.text for floor in self.floors.all() for sign in floor.signs.all()]
        return ", ".join(sorted(signs))

    @computed(models.TextField(default=""), depends=[("suites", ["name"])])
    def numbers(self) -> str:
        suites: Any = self.suites.all()
        return ", ".join(sorted(str(suite.number) for suite in suites))

    @computed(models.TextField(default=""), depends=[("services", ["name"])])
    def offers(self) -> str:
        return ", ".join(sorted(each.name for each in self.services.all()))

    @computed(models.TextField(default=""), depends=[("pets", ["name"])])
    def zoo(self) -> str:
        return ", ".join(sorted(pet.name for pet in self.pets.all()))


class Guest(models.Model):
    """Read without what leads to its hotel."""

    name = models.CharField(max_length=20, default="")
    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="guests")

    objects = NamesOnly()

    @override
    def __str__(self) -> str:
        return self.name


class Floor(models.Model):
    """Read without what leads to it."""

    code = models.CharField(max_length=20, unique=True)
    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="floors")

    objects = WithoutCode()

    class Meta:
        base_manager_name = "objects"

    @override
    def __str__(self) -> str:
        return self.code


class Sign(ComputedFieldsModel):
    """Points at a floor by its code."""

    text = models.CharField(max_length=20, default="")
    floor = models.ForeignKey(
        Floor, models.CASCADE, to_field="code", related_name="signs"
    )

    @computed(models.TextField(default=""), depends=[("floor", ["hotel"])])
    def place(self) -> str:
        return f"{self.floor.hotel_id}"

    @override
    def __str__(self) -> str:
        return self.text


class Suite(models.Model):
    """Numbered by whoever reads it."""

    name = models.CharField(max_length=20, default="")
    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="suites")

    objects = Numbered()

    @override
    def __str__(self) -> str:
        return self.name


class Keeper(models.Model):
    """Is on duty, or not."""

    is_here = models.BooleanField(default=False)


class Fish(models.Model):
    """Counted, if it is large or not."""

    size = models.IntegerField(default=1)
    pond = models.ForeignKey("Pond", models.CASCADE, related_name="fish")


class Pond(ComputedFieldsModel):
    """Some of its fields say by themselves which fish and keepers they mean."""

    keeper = models.ForeignKey(Keeper, models.CASCADE, null=True, related_name="+")

    @computed(
        models.IntegerField(default=0),
        depends=[("fish", ["size"])],
        prefetch_related=[Prefetch("fish", Fish.objects.filter(size__gt=9))],
    )
    def large(self) -> int:
        return len(self.fish.all()) if self.pk else 0

    @computed(models.IntegerField(default=0), depends=[("fish", ["size"])])
    def all_fish(self) -> int:
        return len(self.fish.all()) if self.pk else 0

    @computed(
        models.BooleanField(default=False),
        depends=[("keeper", ["is_here"])],
        prefetch_related=[Prefetch("keeper", Keeper.objects.filter(is_here=True))],
    )
    def is_watched(self) -> bool:
        return self.keeper is not None

    @computed(models.BooleanField(default=False), depends=[("keeper", ["is_here"])])
    def is_kept(self) -> bool:
        return self.keeper is not None


class Stall(models.Model):
    """Made by a method of its own; its column may spell the maker's key in its way."""

    maker = models.ForeignKey(Maker, models.CASCADE, related_name="stalls")
    bazaar = models.ForeignKey("Bazaar", models.CASCADE, related_name="stalls")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class Bazaar(ComputedFieldsModel):
    """Reads what lies behind rows that are made by a method of their own."""

    @computed(models.TextField(default=""), depends=[("stalls.maker", ["name"])])
    def makers(self) -> str:
        stalls = self.stalls.all() if self.pk else ()
        return ", ".join(sorted(stall.maker.name for stall in stalls))

    @computed(models.TextField(default=""), depends=[("stalls.maker.fairs", ["name"])])
    def fairs(self) -> str:
        stalls = self.stalls.all() if self.pk else ()
        fairs = {fair.name for stall in stalls for fair in stall.maker.fairs.all()}
        return ", ".join(sorted(fairs))


class Receipt(ComputedFieldsModel):
    """May be for a hotel that is gone."""

    text = models.CharField(max_length=20, default="")
    hotel = models.OneToOneField(
        Hotel, models.DO_NOTHING, null=True, db_constraint=False, related_name="+"
    )

    @computed(
        models.CharField(max_length=40, default=""),
        depends=[("self", ["text"]), ("hotel", ["is_open"])],
    )
    def line(self) -> str:
        try:
            hotel = self.hotel
        except Hotel.DoesNotExist:
            return f"{self.text}: gone"
        return f"{self.text}: {hotel and hotel.is_open}"

    @override
    def __str__(self) -> str:
        return self.text


class Badge(ComputedFieldsModel):
    """Computed after the insert alone, though from its own column."""

    text = models.CharField(max_length=20, default="")

    @computed(
        models.CharField(max_length=20, default=""),
        depends=[("self", ["text"])],
        default_on_create=True,
    )
    def upper(self) -> str:
        return self.text.upper()

    @override
    def __str__(self) -> str:
        return self.text


class Pet(models.Model):
    """A parent's table with keys."""

    name = models.CharField(max_length=20, default="")
    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="pets")
    next = models.ForeignKey(Hotel, models.CASCADE, null=True, related_name="+")

    @override
    def __str__(self) -> str:
        return self.name


class Dog(Pet):
    """Written to its parent's table as well."""

    is_loud = models.BooleanField(default=True)
