"""The small world of the tests: authors, their books, shelves and orders."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models
from typing_extensions import override

from django_reckon.managers import FastCountManager, FastCountQuerySet


class Author(models.Model):
    """Somebody who writes books; nobody counts authors fast."""

    name = models.CharField(max_length=100)
    email = models.EmailField(blank=True)

    @override
    def __str__(self) -> str:
        return self.name


class Shelf(models.Model):
    """A place where books stand."""

    label = models.CharField(max_length=50)
    books: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        "Book", related_name="shelves"
    )

    objects = FastCountManager["Shelf"](
        cache_counts_larger_than=1, disable_forked_precaching=True
    )

    @override
    def __str__(self) -> str:
        return self.label


class Note(models.Model):
    """A remark on anything."""

    text = models.CharField(max_length=100)
    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.PositiveIntegerField()
    about = GenericForeignKey()

    objects = FastCountManager["Note"](
        cache_counts_larger_than=1, disable_forked_precaching=True
    )

    @override
    def __str__(self) -> str:
        return self.text


class Book(models.Model):
    """A book by one author; every count of it is kept, nothing runs by itself."""

    title = models.CharField(max_length=200)
    author = models.ForeignKey(Author, models.CASCADE, related_name="books")
    editor = models.ForeignKey(
        Author, models.SET_NULL, null=True, blank=True, related_name="edited"
    )
    flag = models.BooleanField(default=False)
    pages = models.IntegerField(default=0)
    price = models.DecimalField(max_digits=8, decimal_places=2, default=0)
    printed = models.DateField(null=True, blank=True)
    details = models.JSONField(default=dict, blank=True)
    cover = models.BinaryField(default=b"", blank=True)
    notes = GenericRelation(Note)

    objects = FastCountManager["Book"](
        cache_counts_larger_than=1,
        expire_cached_counts_after=dt.timedelta(minutes=5),
        disable_forked_precaching=True,
    )
    rarely = FastCountManager["Book"](
        cache_counts_larger_than=1_000, disable_forked_precaching=True
    )

    @override
    def __str__(self) -> str:
        return self.title

    @classmethod
    def fast_count_querysets(cls) -> list[models.QuerySet[Book]]:
        return [cls.objects.filter(flag=True), cls.objects.filter(flag=False)]


class OrderQuerySet(FastCountQuerySet["Order"]):
    """Orders, with words of their own."""

    def paid(self) -> OrderQuerySet:
        return self.filter(paid=True)


class OrderManager(FastCountManager["Order"]):
    """Built as a user does who overrides get_queryset()."""

    @override
    def get_queryset(self) -> OrderQuerySet:
        return OrderQuerySet(self.model, using=self._db, manager_instance=self)

    def paid_count(self) -> int:
        return self.get_queryset().paid().count()


class Order(models.Model):
    """An order of a book; four ways to get the same manager."""

    book = models.ForeignKey(Book, models.CASCADE, related_name="orders")
    paid = models.BooleanField(default=False)

    objects = OrderManager(cache_counts_larger_than=2, disable_forked_precaching=True)
    built = FastCountManager.from_queryset(OrderQuerySet)(
        cache_counts_larger_than=3, disable_forked_precaching=True
    )
    made: Any = OrderQuerySet.as_manager(
        cache_counts_larger_than=4, disable_forked_precaching=True
    )
    plain: Any = models.Manager.from_queryset(OrderQuerySet)()

    @override
    def __str__(self) -> str:
        return f"Order {self.pk}"


class Counted(models.Model):
    """An abstract base that lends its manager."""

    name = models.CharField(max_length=50)

    objects = FastCountManager["Counted"](
        cache_counts_larger_than=7, disable_forked_precaching=True
    )

    class Meta:
        abstract = True


class Reader(Counted):
    """Inherits the manager of an abstract base."""


class Member(Reader):
    """A reader in a second table."""

    since = models.IntegerField(default=2000)

    members = FastCountManager["Member"](
        cache_counts_larger_than=1, disable_forked_precaching=True
    )


class LongBook(Book):
    """Books seen through a proxy."""

    class Meta:
        proxy = True


class Ticket(models.Model):
    """Counted in the background: each count may start precaching."""

    open = models.BooleanField(default=True)

    objects = FastCountManager["Ticket"](
        precache_count_every=dt.timedelta(minutes=1),
        cache_counts_larger_than=1_000,
        dispatcher="inline",
    )

    @classmethod
    def fast_count_querysets(cls) -> list[models.QuerySet[Ticket]]:
        return [cls.objects.filter(open=True)]


class Essay(models.Model):
    """Counted by managers that differ in what they keep and for how long."""

    title = models.CharField(max_length=100)

    objects = FastCountManager["Essay"](
        cache_counts_larger_than=1, disable_forked_precaching=True
    )
    threshold = FastCountManager["Essay"](
        cache_counts_larger_than=3, disable_forked_precaching=True
    )
    slow = FastCountManager["Essay"](
        cache_counts_larger_than=1_000,
        cache_counts_slower_than=dt.timedelta(seconds=2),
        disable_forked_precaching=True,
    )
    patient = FastCountManager["Essay"](
        cache_counts_larger_than=1,
        serve_stale_for=dt.timedelta(hours=1),
        disable_forked_precaching=True,
    )
    exact = FastCountManager["Essay"](
        cache_counts_larger_than=1,
        resolvers=("exact",),
        disable_forked_precaching=True,
    )

    @override
    def __str__(self) -> str:
        return self.title


class Visit(models.Model):
    """Counted in the background by whatever FAST_COUNT_DISPATCHER names."""

    page = models.CharField(max_length=50, default="home")

    objects = FastCountManager["Visit"](
        precache_count_every=dt.timedelta(minutes=1),
        precache_lock_timeout=dt.timedelta(minutes=5),
        cache_counts_larger_than=1_000,
    )
    others = FastCountManager["Visit"](
        cache_counts_larger_than=1, disable_forked_precaching=True
    )

    @override
    def __str__(self) -> str:
        return self.page

    @classmethod
    def fast_count_querysets(cls) -> list[models.QuerySet[Visit]]:
        return [cls.objects.filter(page="home")]


class LeafletQuerySet(FastCountQuerySet["Leaflet"]):
    """Counts fast without any FastCountManager near."""


class Leaflet(models.Model):
    """Has only a plain manager; nobody can precache it."""

    title = models.CharField(max_length=50)

    objects: Any = models.Manager.from_queryset(LeafletQuerySet)()

    @override
    def __str__(self) -> str:
        return self.title


class ProductQuerySet(FastCountQuerySet["Product"]):
    """A queryset with a constructor argument of its own."""

    def __init__(self, *args: Any, shop: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shop = shop

    def active(self) -> ProductQuerySet:
        return self.filter(is_active=True)


class ProductManager(FastCountManager["Product"]):
    """A manager with a constructor argument of its own."""

    def __init__(self, *args: Any, shop: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shop = shop

    @override
    def get_queryset(self) -> ProductQuerySet:
        return ProductQuerySet(self.model, using=self._db, manager_instance=self)

    def get_active_count(self) -> int:
        return self.get_queryset().active().count()


class Product(models.Model):
    """Something on sale; its manager overrides all there is to override."""

    name = models.CharField(max_length=100)
    is_active = models.BooleanField(default=True)
    stock = models.PositiveIntegerField(default=0)
    maker = models.ForeignKey(
        Author, models.CASCADE, null=True, blank=True, related_name="products"
    )

    objects = ProductManager(
        cache_counts_larger_than=2, disable_forked_precaching=True, shop="here"
    )

    @override
    def __str__(self) -> str:
        return self.name

    @classmethod
    def fast_count_querysets(cls) -> list[models.QuerySet[Product]]:
        return [cls.objects.get_queryset().active(), cls.objects.filter(stock__gt=0)]
