"""
The corners of the world of computed fields: what real projects have here and there.

Keys of zero, parents that their own manager hides, columns that the database makes,
functions that fail, values of every type.
"""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F
from typing_extensions import override

from django_reckon.models import ComputedFieldsModel, computed, precomputed


class VisibleDepots(models.Manager["Depot"]):
    """Leaves out what is hidden, as the default manager of its model."""

    @override
    def get_queryset(self) -> models.QuerySet[Depot]:
        return super().get_queryset().filter(hidden=False)


class Depot(ComputedFieldsModel):
    """A parent that its default manager may hide; its number may be zero."""

    number = models.IntegerField(primary_key=True)
    name = models.CharField(max_length=20, default="")
    hidden = models.BooleanField(default=False)

    objects = VisibleDepots()
    everything: ClassVar[models.Manager[Depot]] = models.Manager()

    @computed(models.IntegerField(default=0), depends=[("crates", ["weight"])])
    def load(self) -> int:
        return sum(crate.weight for crate in self.crates.all())

    @computed(models.IntegerField(default=0), depends=[("crates", ["area"])])
    def floor(self) -> int:
        return sum(crate.area for crate in self.crates.all())

    @computed(
        models.CharField(max_length=60, default=""),
        depends=[("self", ["number", "load"])],
    )
    def sign(self) -> str:
        return f"{self.number}: {self.load}"

    @override
    def __str__(self) -> str:
        return self.name


class Crate(ComputedFieldsModel):
    """Falls back to depot zero; its area is made by the database."""

    depot = models.ForeignKey(
        Depot, models.SET_DEFAULT, default=0, related_name="crates"
    )
    weight = models.IntegerField(default=1)
    width = models.IntegerField(default=1)
    height = models.IntegerField(default=1)
    area: Any = models.GeneratedField(
        expression=F("width") * F("height"),
        output_field=models.IntegerField(),
        db_persist=True,
    )

    @computed(
        models.CharField(max_length=60, default=""),
        depends=[("self", ["weight"]), ("depot", ["name"])],
    )
    def label(self) -> str:
        return f"{self.weight} in {self.depot.name}"

    @computed(models.IntegerField(default=0), depends=[("self", ["area"])])
    def surface(self) -> int:
        return int(6 * self.area)


class Tank(ComputedFieldsModel):
    """The database makes a column of a computed one."""

    @computed(models.IntegerField(default=0), depends=[("drops", ["amount"])])
    def level(self) -> int:
        return sum(drop.amount for drop in self.drops.all()) if self.pk else 0

    twice: Any = models.GeneratedField(
        expression=F("level") * 2,
        output_field=models.IntegerField(),
        db_persist=True,
    )


class Drop(ComputedFieldsModel):
    """Its computed field is made from what the database makes of one."""

    tank = models.ForeignKey(Tank, models.CASCADE, related_name="drops")
    amount = models.IntegerField(default=1)

    @computed(
        models.CharField(max_length=20, default=""), depends=[("tank", ["twice"])]
    )
    def share(self) -> str:
        return f"of {self.tank.twice}"


class Circuit(ComputedFieldsModel):
    """Fails when one of its fuses trips."""

    name = models.CharField(max_length=20, default="")

    @computed(models.IntegerField(default=0), depends=[("fuses", ["text"])])
    def strength(self) -> int:
        fuses = list(self.fuses.all()) if self.pk else []
        if any(fuse.text == "trip" for fuse in fuses):
            raise ZeroDivisionError("a fuse tripped")
        return sum(len(fuse.text) for fuse in fuses)

    @override
    def __str__(self) -> str:
        return self.name


class Fuse(ComputedFieldsModel):
    """Fails by itself, or says what its column will not have."""

    text = models.CharField(max_length=20, default="")
    circuit = models.ForeignKey(
        Circuit, models.CASCADE, null=True, related_name="fuses"
    )

    @computed(models.IntegerField(default=0), depends=[("self", ["text"])])
    def length(self) -> Any:
        if self.text == "boom":
            raise ZeroDivisionError("no length")
        # What no integer column takes.
        return {"words": "many", "none": None, "huge": 2**40}.get(
            self.text, len(self.text)
        )

    @override
    def __str__(self) -> str:
        return self.text


class Letter(ComputedFieldsModel):
    """Its save() finds the computed fields up to date."""

    text = models.CharField(max_length=20, default="")
    seen = models.CharField(max_length=20, default="")

    @computed(models.CharField(max_length=20, default=""), depends=[("self", ["text"])])
    def upper(self) -> str:
        return self.text.upper()

    @override
    @precomputed
    def save(self, *args: Any, **kwargs: Any) -> None:
        self.seen = self.upper
        super().save(*args, **kwargs)

    @override
    def __str__(self) -> str:
        return self.text


class Envelope(ComputedFieldsModel):
    """Its save() has the last word on a computed field."""

    text = models.CharField(max_length=20, default="")

    @computed(models.CharField(max_length=20, default=""), depends=[("self", ["text"])])
    def upper(self) -> str:
        return self.text.upper()

    @override
    @precomputed(skip_after=True)
    def save(self, *args: Any, **kwargs: Any) -> None:
        # A test writes this, and looks whether it is what was stored.
        self.upper = f"{self.upper}!"
        super().save(*args, **kwargs)

    @override
    def __str__(self) -> str:
        return self.text


class Color(models.TextChoices):
    """An enumeration whose members a function returns."""

    RED = "r", "Red"
    BLUE = "b", "Blue"


class Size(models.IntegerChoices):
    """The same, in numbers."""

    SMALL = 1, "Small"
    LARGE = 2, "Large"


_EPOCH = dt.datetime(2020, 2, 29, 12, 30, 15, 123456, tzinfo=dt.UTC)


class Sample(ComputedFieldsModel):
    """A computed field of every type, all made from one seed; NULL for seed zero."""

    seed = models.IntegerField(default=0)

    @computed(models.JSONField(null=True), depends=[("self", ["seed"])])
    def json(self) -> dict[str, Any] | None:
        nested = {"list": [self.seed, None, True, "ü'\"\\"], "deep": {"1": 1.5}}
        return {"seed": self.seed, **nested} if self.seed else None

    @computed(models.UUIDField(null=True), depends=[("self", ["seed"])])
    def uid(self) -> uuid.UUID | None:
        return uuid.UUID(int=self.seed) if self.seed else None

    @computed(
        models.DecimalField(max_digits=20, decimal_places=4, null=True),
        depends=[("self", ["seed"])],
    )
    def fraction(self) -> decimal.Decimal | None:
        return decimal.Decimal(self.seed) / 7 if self.seed else None

    @computed(models.DateField(null=True), depends=[("self", ["seed"])])
    def day(self) -> dt.date | None:
        return _EPOCH.date() + dt.timedelta(days=self.seed) if self.seed else None

    @computed(models.DateTimeField(null=True), depends=[("self", ["seed"])])
    def moment(self) -> dt.datetime | None:
        return _EPOCH + dt.timedelta(seconds=self.seed) if self.seed else None

    @computed(models.TimeField(null=True), depends=[("self", ["seed"])])
    def clock(self) -> dt.time | None:
        return dt.time(self.seed % 24, 1, 2, 345678) if self.seed else None

    @computed(models.DurationField(null=True), depends=[("self", ["seed"])])
    def length(self) -> dt.timedelta | None:
        some = dt.timedelta(days=-1, seconds=self.seed, microseconds=7)
        return some if self.seed else None

    @computed(models.BinaryField(null=True), depends=[("self", ["seed"])])
    def blob(self) -> bytes | None:
        return bytes([0, self.seed % 256, 255, 39]) if self.seed else None

    @computed(
        models.CharField(max_length=1, choices=Color.choices, null=True),
        depends=[("self", ["seed"])],
    )
    def color(self) -> Color | None:
        return list(Color)[self.seed % 2] if self.seed else None

    @computed(
        models.SmallIntegerField(choices=Size.choices, null=True),
        depends=[("self", ["seed"])],
    )
    def size(self) -> Size | None:
        return list(Size)[self.seed % 2] if self.seed else None

    @computed(models.BooleanField(null=True), depends=[("self", ["seed"])])
    def odd(self) -> bool | None:
        return bool(self.seed % 2) if self.seed else None

    @computed(models.FloatField(null=True), depends=[("self", ["seed"])])
    def ratio(self) -> float | None:
        return self.seed / 3 if self.seed else None

    @computed(models.BigIntegerField(null=True), depends=[("self", ["seed"])])
    def big(self) -> int | None:
        return 2**62 + self.seed if self.seed else None

    @computed(models.CharField(max_length=40, default=""), depends=[("self", ["seed"])])
    def line(self) -> str:
        return f"{self.seed} %s %% 'ü' \\ \"𝄞\""

    @computed(models.GenericIPAddressField(null=True), depends=[("self", ["seed"])])
    def address(self) -> str | None:
        return f"10.0.0.{self.seed % 256}" if self.seed else None

    @computed(
        models.ForeignKey(
            "Sample", models.SET_NULL, null=True, related_name="+", db_constraint=False
        ),
        depends=[("self", ["seed", "id"])],
    )
    def itself(self) -> Sample | None:
        return self if self.seed and self.pk else None


class Cell(ComputedFieldsModel):
    """A composite key of types that a list of values must be told about."""

    pk: Any = models.CompositePrimaryKey("code", "day", "level")
    code = models.UUIDField()
    day = models.DateField()
    level = models.DecimalField(max_digits=6, decimal_places=2)
    seed = models.IntegerField(default=0)

    @computed(models.JSONField(null=True), depends=[("self", ["seed"])])
    def json(self) -> list[Any] | None:
        return [self.seed, str(self.code)] if self.seed else None

    @computed(
        models.DecimalField(max_digits=20, decimal_places=4, null=True),
        depends=[("self", ["seed"])],
    )
    def fraction(self) -> decimal.Decimal | None:
        return decimal.Decimal(self.seed) / 7 if self.seed else None


class Listing(models.Model):
    """Arrays, which one vendor has; whoever tests them makes the table."""

    numbers = ArrayField(models.IntegerField(null=True), null=True)
    words = ArrayField(models.CharField(max_length=9), null=True)

    class Meta:
        managed = False
