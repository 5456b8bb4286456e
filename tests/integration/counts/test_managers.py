"""How a FastCountManager is configured, subclassed and told apart."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

import pytest
from django.db import models

from django_reckon.managers import FastCountManager, FastCountQuerySet
from django_reckon.models import FastCount
from tests.support.database import committing
from tests.support.twins import Twin
from tests.support.world import add_author, add_books, add_essays
from tests.testapp.models import Book, Essay, Leaflet, LongBook, Order, Product

pytestmark = committing

MINUTE = dt.timedelta(minutes=1)


def test_defaults_are_those_of_the_predecessor() -> None:
    policy = FastCountManager[Book]().policy

    assert policy.precache_count_every == 10 * MINUTE
    assert policy.cache_counts_larger_than == 1_000_000
    assert policy.expire_cached_counts_after == 10 * MINUTE
    assert policy.lock_seconds == 900
    assert policy.disable_forked_precaching is False


def test_parameters_may_be_given_by_position_as_before() -> None:
    policy = FastCountManager[Book](2 * MINUTE, 5, 3 * MINUTE, 60, True).policy

    assert policy.precache_count_every == 2 * MINUTE
    assert policy.cache_counts_larger_than == 5
    assert policy.expire_cached_counts_after == 3 * MINUTE
    assert policy.lock_seconds == 60
    assert policy.disable_forked_precaching is True


@pytest.mark.parametrize(
    ("every", "timeout", "seconds"),
    [
        pytest.param(MINUTE, None, 300, id="at least 300 seconds"),
        pytest.param(10 * MINUTE, None, 900, id="one and a half periods"),
        pytest.param(MINUTE, 42, 42, id="seconds"),
        pytest.param(MINUTE, 2 * MINUTE, 120, id="timedelta"),
    ],
)
def test_lock_timeout(
    every: dt.timedelta, timeout: dt.timedelta | int | None, seconds: float
) -> None:
    manager = FastCountManager[Book](
        precache_count_every=every, precache_lock_timeout=timeout
    )

    assert manager.policy.lock_seconds == seconds


@pytest.mark.parametrize(
    ("name", "threshold"),
    [("objects", 2), ("built", 3), ("made", 4)],
    ids=["get_queryset", "from_queryset", "as_manager"],
)
def test_every_way_to_a_manager_keeps_its_configuration(
    name: str, threshold: int
) -> None:
    manager = getattr(Order, name)

    assert manager.policy.cache_counts_larger_than == threshold
    assert manager.all().policy == manager.policy
    assert manager.filter(paid=True).policy == manager.policy
    assert manager.policy.manager_name == name


@pytest.mark.parametrize("name", ["objects", "built", "made", "plain"])
def test_custom_queryset_methods_are_counted_fast(name: str, twin: Twin) -> None:
    (book,) = add_books(1)
    Order.objects.bulk_create([Order(book=book, paid=True) for _ in range(5)])
    Order.objects.bulk_create([Order(book=book, paid=False)])
    paid = getattr(Order, name).all().paid()

    counted = twin.count(paid)

    assert counted == 5
    assert twin.info(paid).source == "cache"


def test_plain_manager_counts_as_the_default_manager_is_configured(twin: Twin) -> None:
    (book,) = add_books(1)
    Order.objects.create(book=book)

    below = twin.count(Order.plain.all())
    kept_below = FastCount.objects.exists()
    Order.objects.create(book=book)
    at = twin.count(Order.plain.all())

    assert (below, kept_below) == (1, False)
    assert (at, FastCount.objects.get().count) == (2, 2)


def test_managers_of_a_model_keep_entries_of_their_own(twin: Twin) -> None:
    add_essays(2)
    twin.count(Essay.objects.all())
    add_essays(1)

    counted = twin.count(Essay.patient.all())

    assert counted == 3
    assert twin.count(Essay.objects.all()) == 2
    kept = FastCount.objects.values_list("manager_name", "count")
    assert sorted(kept) == [("objects", 2), ("patient", 3)]


def test_managers_of_a_model_keep_thresholds_of_their_own(twin: Twin) -> None:
    add_books(2)

    twin.count(Book.rarely.all())
    kept_rarely = FastCount.objects.count()
    twin.count(Book.objects.all())

    assert kept_rarely == 0
    assert FastCount.objects.get().manager_name == "objects"


def test_small_count_of_one_manager_does_not_hide_what_another_kept(
    twin: Twin, settings: Any
) -> None:
    """Both count the same rows, so the same digest, and only one keeps the count."""
    settings.FAST_COUNT_CACHE = "null"
    add_books(2)
    twin.count(Book.objects.all())

    twin.count(Book.rarely.all())

    assert twin.info(Book.objects.all()).source == "stored"


def test_manager_with_a_constructor_of_its_own_keeps_both_kinds_of_arguments() -> None:
    assert Product.objects.shop == "here"
    assert Product.objects.policy.cache_counts_larger_than == 2
    assert Product.objects.get_queryset().active().shop is None


def test_manager_method_over_a_custom_queryset_is_counted_fast() -> None:
    Product.objects.bulk_create([Product(name="chair") for _ in range(3)])
    Product.objects.create(name="old chair", is_active=False)
    Product.objects.get_active_count()
    Product.objects.create(name="new chair")

    kept = Product.objects.get_active_count()

    assert kept == 3


def test_related_manager_of_a_custom_manager_keeps_the_configuration() -> None:
    author = add_author()

    related: Any = author.products

    assert related.policy.cache_counts_larger_than == 2
    assert related.all().policy == Product.objects.policy


def test_model_without_a_fast_manager_counts_by_the_defaults(twin: Twin) -> None:
    Leaflet.objects.create(title="Vote!")

    leaflets = Leaflet.objects.all()

    assert twin.count(leaflets) == 1
    assert leaflets.policy.cache_counts_larger_than == 1_000_000


def test_queryset_made_by_hand_takes_model_and_policy_from_the_manager() -> None:
    queryset = FastCountQuerySet[Book](manager_instance=Book.rarely)

    assert queryset.model is Book
    assert queryset.policy == Book.rarely.policy


def test_queryset_made_by_hand_takes_the_database_from_the_manager() -> None:
    queryset = FastCountQuerySet[Book](
        manager_instance=Book.objects.db_manager("other")
    )

    assert queryset.db == "other"


def test_queryset_that_does_not_count_fast_is_refused() -> None:
    with pytest.raises(TypeError, match="FastCountQuerySet"):
        FastCountManager.from_queryset(models.QuerySet)


def test_managers_written_alike_are_equal() -> None:
    first = FastCountManager[Book](cache_counts_larger_than=3)
    second = FastCountManager[Book](cache_counts_larger_than=3)

    assert first == second


def test_managers_written_differently_are_unequal() -> None:
    first = FastCountManager[Book](cache_counts_larger_than=3)

    assert first != FastCountManager[Book](cache_counts_larger_than=4)
    assert first != models.Manager[Book]()


def test_inherited_manager_equals_the_one_it_was_copied_from() -> None:
    assert LongBook.objects == Book.objects
    assert copy.copy(Book.objects) == Book.objects


def test_manager_is_written_to_a_migration_under_its_own_name() -> None:
    as_manager, path, _, args, kwargs = Book.objects.deconstruct()

    assert as_manager is False
    assert path is not None
    assert path.rpartition(".")[2] == "FastCountManager"
    rebuilt = FastCountManager[Book](*(args or ()), **(kwargs or {}))
    assert rebuilt == Book.objects


def test_clones_keep_the_policy_through_every_kind_of_chaining() -> None:
    queryset: Any = Book.rarely.all()

    chained = [
        queryset.filter(flag=True).exclude(pages=1).order_by("pk"),
        queryset.using("other"),
        queryset.values("pk"),
        queryset.distinct()[:5],
        queryset | Book.objects.filter(flag=True),
        queryset.union(Book.objects.all()),
        copy.deepcopy(queryset),
    ]

    assert {item.policy.manager_name for item in chained} == {"rarely"}
