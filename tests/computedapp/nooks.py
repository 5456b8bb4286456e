"""
More corners of the world of computed fields: what fields do by themselves.

Columns that set themselves as they are saved, fields that write values in a form of
their own, parents whose columns a child's field is made from.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models
from typing_extensions import override

from django_reckon.models import ComputedFieldsModel, computed


class CommaField(models.TextField):  # type: ignore[type-arg]
    """A list of words; to prepare a prepared value once more spoils it."""

    def from_db_value(self, value: Any, *_: object) -> Any:
        return self.to_python(value)

    @override
    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            return value.split(",") if value else []
        return value

    @override
    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else ",".join(value)


class Diary(ComputedFieldsModel):
    """Two columns set themselves; fields are made from them."""

    text = models.CharField(max_length=20, default="")
    created = models.DateTimeField(auto_now_add=True)
    modified = models.DateTimeField(auto_now=True)

    @computed(models.IntegerField(default=0), depends=[("self", ["created"])])
    def year(self) -> int:
        return int(self.created.year)

    @computed(models.DateTimeField(null=True), depends=[("self", ["modified"])])
    def due(self) -> dt.datetime:
        return self.modified + dt.timedelta(days=1)

    @override
    def __str__(self) -> str:
        return self.text


class Page(ComputedFieldsModel):
    """Its field is made from the key of another row alone."""

    diary = models.ForeignKey(Diary, models.CASCADE, related_name="pages")

    @computed(models.BigIntegerField(default=0), depends=[("self", ["diary"])])
    def mark(self) -> int:
        return 1000 + (self.diary_id or 0)


class Bag(ComputedFieldsModel):
    """Holds lists as its field knows them."""

    text = models.CharField(max_length=20, default="")
    parent: models.ForeignKey[Any, Any] = models.ForeignKey(
        "self", models.CASCADE, null=True, related_name="children"
    )

    @computed(CommaField(default=list), depends=[("self", ["text"])])
    def words(self) -> list[str]:
        return self.text.split()

    @computed(
        CommaField(default=list),
        depends=[("children", ["text"])],
    )
    def inside(self) -> list[str]:
        return sorted(c.text for c in self.children.all()) if self.pk else []

    @override
    def __str__(self) -> str:
        return self.text


class Fair(models.Model):
    """Its key is a text as well."""

    code = models.CharField(max_length=20, primary_key=True)
    name = models.CharField(max_length=20, default="")

    @override
    def __str__(self) -> str:
        return self.name


class Maker(ComputedFieldsModel):
    """Its key is a text, which some databases compare without minding the case."""

    code = models.CharField(max_length=20, primary_key=True)
    name = models.CharField(max_length=20, default="")
    fairs = models.ManyToManyField(Fair, related_name="makers")
    remarks = GenericRelation("Remark", "key", "kind")

    @computed(models.IntegerField(default=0), depends=[("parts", ["weight"])])
    def weight(self) -> int:
        return sum(part.weight for part in self.parts.all())

    @computed(models.TextField(default=""), depends=[("fairs", ["name"])])
    def seen_at(self) -> str:
        return ", ".join(sorted(fair.name for fair in self.fairs.all()))

    @computed(models.TextField(default=""), depends=[("remarks", ["text"])])
    def told(self) -> str:
        return ", ".join(sorted(remark.text for remark in self.remarks.all()))

    @override
    def __str__(self) -> str:
        return self.name


class Remark(ComputedFieldsModel):
    """May spell the key of what it is about in its own way."""

    kind = models.ForeignKey(ContentType, models.CASCADE)
    key = models.CharField(max_length=20)
    text = models.CharField(max_length=20, default="")
    about = GenericForeignKey("kind", "key")

    @computed(
        models.CharField(max_length=60, default=""),
        depends=[("self", ["text"])],
        prefetch_related=["about"],
    )
    def heading(self) -> str:
        return f"{self.about}: {self.text}"

    @override
    def __str__(self) -> str:
        return self.text


class Part(ComputedFieldsModel):
    """Its column may spell the maker's key in its own way."""

    maker = models.ForeignKey(Maker, models.CASCADE, related_name="parts")
    weight = models.IntegerField(default=1)

    @computed(
        models.CharField(max_length=40, default=""), depends=[("maker", ["name"])]
    )
    def label(self) -> str:
        return f"by {self.maker.name}"


class Beast(ComputedFieldsModel):
    """A parent's table."""

    name = models.CharField(max_length=20, default="")

    @override
    def __str__(self) -> str:
        return self.name


class Horse(Beast):
    """Its own table's field is made from a column of the parent's alone."""

    legs = models.IntegerField(default=4)

    @computed(
        models.CharField(max_length=40, default=""),
        depends=[("self", ["name", "legs"])],
    )
    def tag(self) -> str:
        return f"{self.name}/{self.legs}"


class KeyOfTheMoment(models.ForeignKey):  # type: ignore[type-arg]
    """Leads to whatever a test says, from when the row is inserted."""

    @override
    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if Desk.current is not None:
            setattr(model_instance, self.attname, Desk.current)
        return super().pre_save(model_instance, add)


class Desk(ComputedFieldsModel):
    """Counts what points at it by a key or a day that set themselves."""

    current: int | None = None

    name = models.CharField(max_length=20, default="")

    @computed(models.IntegerField(default=0), depends=[("requests", ["text"])])
    def handled(self) -> int:
        return len(self.requests.all()) if self.pk else 0

    @computed(models.IntegerField(default=0), depends=[("days", ["hours"])])
    def hours(self) -> int:
        return sum(day.hours for day in self.days.all()) if self.pk else 0

    @override
    def __str__(self) -> str:
        return self.name


class Request(models.Model):
    """Has no computed fields, but a key that sets itself."""

    text = models.CharField(max_length=20, default="")
    desk = KeyOfTheMoment(Desk, models.CASCADE, null=True, related_name="requests")

    @override
    def __str__(self) -> str:
        return self.text


class Day(models.Model):
    """There is one of each date, which sets itself."""

    date = models.DateField(auto_now_add=True, unique=True)
    hours = models.IntegerField(default=1)
    desk = models.ForeignKey(Desk, models.CASCADE, related_name="days")


class Errand(ComputedFieldsModel):
    """Its key may be the database's default."""

    desk = models.ForeignKey(
        Desk, models.CASCADE, null=True, db_default=None, related_name="errands"
    )

    @computed(models.CharField(max_length=40, default=""), depends=[("desk", ["name"])])
    def line(self) -> str:
        return f"for {self.desk}"

    @computed(
        models.CharField(max_length=40, default="?"),
        depends=[("desk", ["name"])],
        default_on_create=True,
    )
    def later(self) -> str:
        return f"for {self.desk}"


class Space(ComputedFieldsModel):
    """A parent's field that is made from the child's column."""

    name = models.CharField(max_length=20, default="")

    @computed(
        models.CharField(max_length=60, default=""),
        depends=[("self", ["name"]), ("lounge", ["seats"])],
    )
    def sign(self) -> str:
        lounge = getattr(self, "lounge", None) if self.pk else None
        return f"{self.name}: {lounge.seats}" if lounge else self.name

    @override
    def __str__(self) -> str:
        return self.name


class Lounge(Space):
    """A child's field that is made from the parent's column."""

    seats = models.IntegerField(default=0)
    desk = models.ForeignKey(Desk, models.CASCADE, null=True, related_name="+")

    @computed(
        models.CharField(max_length=60, default=""),
        depends=[("self", ["name"]), ("desk", ["name"])],
    )
    def title(self) -> str:
        return f"{self.name} of {self.desk}"
