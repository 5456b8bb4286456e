"""Declarations that are wrong, each with what is to be said about it."""

from __future__ import annotations

from typing import Final

from django.db import models
from shop.models import City, Country

from django_reckon.models import ComputedField, ComputedFieldsModel, computed

MISSPELT: Final = [("self", ["naem"])]


def shout(text: str) -> str:
    return text.upper()


def full(branch: Branch) -> str:
    # E: plugin [computed-undeclared] "over_function" reads "size", which no rule lists
    return branch.name + str(branch.size)


class Branch(ComputedFieldsModel):
    name = models.CharField(max_length=32)
    size = models.IntegerField(default=0)
    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="branches")

    def label(self) -> str:
        return f"{self.name} {self.size}"

    # The return type.

    @computed(models.CharField(max_length=32), depends=[("self", ["name"])])
    # E: plugin [computed-return] "wrong" returns "int", but CharField holds "str"
    def wrong(self) -> int:
        return len(self.name)

    @computed(models.CharField(max_length=32), depends=[("self", ["name"])])
    # E: plugin [computed-return] returns "str | None", but CharField holds "str"
    def optional(self) -> str | None:
        return self.name or None

    @computed(
        models.ForeignKey(City, on_delete=models.CASCADE, related_name="+"),
        depends=[("self", ["city"])],
    )
    # E: plugin [computed-return] returns "int", but ForeignKey holds "City"
    def key(self) -> int:
        return self.city.pk

    @computed(models.CharField(max_length=32), depends=[("self", ["name"])])
    # E: plugin [computed-return] CharField holds "str"
    async def late(self) -> str:
        return self.name

    # Dependencies.

    @computed(
        models.CharField(max_length=32),
        depends=[
            # E: plugin [computed-depends] has no field "nmae"; did you mean "name"?
            ("self", ["nmae"]),
            # E: plugin [computed-depends] has no relation "ctiy"; did you mean "city"?
            ("ctiy", ["name"]),
            # E: plugin [computed-depends] "shop.Country" has no field "cod"
            ("city.country", ["cod"]),
            # E: plugin [computed-depends] "name" of "mistakes.Branch" is a column
            ("name", ["x"]),
            # E: plugin [computed-depends] "cities" of "shop.Country" is no column
            ("city.country", ["cities"]),
            # E: plugin [computed-depends] has no field "prize"; did you mean "price"?
            ("rooms", ["prize"]),
        ],
    )
    def misspelt(self) -> str:
        return "x"

    # E: plugin [computed-depends] has no field "naem"; did you mean "name"?
    @computed(models.CharField(max_length=32), depends=MISSPELT)
    def constant(self) -> str:
        return "x"

    # Reads.

    @computed(models.CharField(max_length=32), depends=[("self", ["name"])])
    def undeclared(self) -> str:
        # E: plugin [computed-undeclared] reads "size", which no rule lists
        size = str(self.size)
        # E: plugin [computed-undeclared] add ("city.country", ["code"])
        return self.name + size + self.city.country.code

    @computed(models.CharField(max_length=32), depends=[("self", ["name"])])
    def over_helper(self) -> str:
        # E: plugin [computed-undeclared] reads "size" through "label"
        return self.label()

    @computed(models.IntegerField(), depends=[("rooms", ["id"])])
    def over_rows(self) -> int:
        # E: plugin [computed-undeclared] add ("rooms", ["price"])
        # E: pyright, basedpyright [reportAttributeAccessIssue]
        # E: ty [missing-attribute]
        return sum(room.price for room in self.rooms.all())

    @computed(models.IntegerField(), depends=[("rooms", ["id"])])
    def over_filtered_rows(self) -> int:
        total = 0
        # E: pyright, basedpyright [reportAttributeAccessIssue]
        # E: ty [missing-attribute]
        for room in self.rooms.filter(price__gt=0).order_by("price"):
            # E: plugin [computed-undeclared] add ("rooms", ["price"])
            total += room.price
        return total

    @computed(models.IntegerField(), depends=[("rooms", ["id"])])
    def over_first_row(self) -> int:
        # E: pyright, basedpyright [reportAttributeAccessIssue]
        # E: ty [missing-attribute]
        room = self.rooms.first()
        # E: plugin [computed-undeclared] add ("rooms", ["price"])
        return room.price if room else 0

    @computed(models.IntegerField(), depends=[("rooms", ["price"])])
    def over_nested_rows(self) -> int:
        return sum(
            # E: plugin [computed-undeclared] add ("rooms.chairs", ["legs"])
            room.price + sum(chair.legs for chair in room.chairs.all())
            # E: pyright, basedpyright [reportAttributeAccessIssue]
            # E: ty [missing-attribute]
            for room in self.rooms.all()
        )

    @computed(models.IntegerField(), depends=[("self", ["name"])])
    def over_relation(self) -> int:
        # E: plugin [computed-undeclared] follows "rooms", which no rule names
        # E: pyright, basedpyright [reportAttributeAccessIssue]
        # E: ty [missing-attribute]
        return self.rooms.count()

    @computed(models.CharField(max_length=32), depends=[("self", ["name"])])
    def over_alias(self) -> str:
        city = self.city
        # E: plugin [computed-undeclared] add ("city", ["name"])
        return shout(city.name)

    @computed(models.IntegerField(), depends=[("self", ["name"])])
    def over_key(self) -> int:
        # E: plugin [computed-undeclared] reads "city", which no rule lists
        # E: pyright, basedpyright [reportAttributeAccessIssue]
        return self.city_id

    over_function = ComputedField(
        models.CharField(max_length=32), compute=full, depends=[("self", ["name"])]
    )
    over_lambda = ComputedField(
        models.IntegerField(),
        # E: plugin [computed-undeclared] reads "size"
        compute=lambda branch: branch.size,
        depends=[("self", ["name"])],
    )
    unknown = ComputedField(
        models.CharField(max_length=32),
        # E: plugin [attr-defined] "Branch" has no attribute "nope"
        compute=lambda branch: branch.nope,
        depends=[("self", ["name"])],
    )

    # The usual ways to say that it is right all the same.

    @computed(models.CharField(max_length=32), depends=[("self", ["name"])])
    def ignored(self) -> str:
        # E: mypy [unused-ignore]
        return str(self.size)  # type: ignore[computed-undeclared]


class Room(models.Model):
    branch = models.ForeignKey(Branch, on_delete=models.CASCADE, related_name="rooms")
    price = models.IntegerField()


class Chair(models.Model):
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="chairs")
    legs = models.IntegerField()


class Silent(ComputedFieldsModel):
    """What nobody can be sure of, so that nothing is said about it."""

    name = models.CharField(max_length=32)
    size = models.IntegerField(default=0)
    country = models.ForeignKey(
        Country, on_delete=models.CASCADE, related_name="+", null=True
    )

    def stored(self) -> None:
        self.size = 1

    @computed(models.CharField(max_length=32), depends=[("self", ["name"])])
    def by_name(self) -> str:
        return str(getattr(self, "size"))  # noqa: B009 - the case

    @computed(models.CharField(max_length=32), depends=[("self", ["name"])])
    def by_two_names(self) -> str:
        other = self if self.name else Silent(name=self.name)
        return str(other.size)

    @computed(models.CharField(max_length=32), depends=[("self", ["name"])])
    def stores(self) -> str:
        self.size = 1
        return self.name

    @computed(models.IntegerField(null=True), depends=[("country", ["code"])])
    def key(self) -> int | None:
        # The key of a relation that a rule leads over is watched as well.
        # E: pyright, basedpyright [reportAttributeAccessIssue]
        return self.country_id

    @computed(models.IntegerField(), depends=[("self", ["name"])])
    def own_key(self) -> int:
        # E: pyright, basedpyright [reportAttributeAccessIssue]
        return self.pk or self.id

    @computed(models.TextField(), depends=[("self", ["name"])])
    def untyped(self):  # type: ignore[no-untyped-def]
        return self.name


class Guest(ComputedFieldsModel):
    """Reaches the same rows in two ways, one of which a rule names."""

    rooms = models.ManyToManyField(Room, through="Stay", related_name="guests")

    @computed(
        models.IntegerField(), depends=[("rooms", ["price"]), ("stays", ["nights"])]
    )
    def cost(self) -> int:
        # E: pyright, basedpyright [reportAttributeAccessIssue]
        # E: ty [missing-attribute]
        return sum(stay.room.price * stay.nights for stay in self.stays.all())


class Stay(models.Model):
    guest = models.ForeignKey(Guest, on_delete=models.CASCADE, related_name="stays")
    room = models.ForeignKey(Room, on_delete=models.CASCADE)
    nights = models.IntegerField()


class Base(ComputedFieldsModel):
    title = models.CharField(max_length=9)

    class Meta(ComputedFieldsModel.Meta):
        abstract = True

    # What only the children have may be named here.
    @computed(models.CharField(max_length=9), depends=[("self", ["title", "extra"])])
    def slug(self) -> str:
        return self.title.lower()

    # E: plugin [computed-depends] has no field "titel"; did you mean "title"?
    @computed(models.CharField(max_length=9), depends=[("self", ["titel"])])
    def inherited(self) -> str:
        return "x"


class Child(Base):
    extra = models.IntegerField()

    # E: plugin [computed-depends] has no field "ttile"; did you mean "title"?
    @computed(models.CharField(max_length=9), depends=[("self", ["ttile"])])
    def own(self) -> str:
        return "x"


class Grandchild(Child):
    @computed(models.CharField(max_length=9), depends=[("self", ["title"])])
    def more(self) -> str:
        # E: plugin [computed-undeclared] reads "extra", which no rule lists
        return f"{self.title}{self.extra}"
