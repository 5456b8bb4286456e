"""A refresh of one row asks for no more than it must, by statements compiled once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from django.db import connections
from django.db.models import Model, QuerySet
from django.db.models.signals import post_init

from django_reckon.computed.fetching.lending import lend
from django_reckon.computed.fetching.prepared import rows_with
from django_reckon.ground.statements import forget, kept
from tests.computedapp.models import (
    Copy,
    Hall,
    Member,
    Publisher,
    Room,
    Shelf,
    Tag,
    Title,
)
from tests.integration.computed.test_lean_reads import listening, made
from tests.integration.computed.test_lean_reads import makings as makings
from tests.support.database import committing
from tests.support.statements import watched

if TYPE_CHECKING:
    from tests.integration.computed.shop import Shop

pytestmark = committing

COLLECTIONS: Final = [
    (Shelf, "copies"),
    (Publisher, "titles"),
    (Title, "notes"),
    (Title, "tags"),
    (Tag, "titles"),
    (Member, "lent"),
    (Hall, "chairs"),
    (Room, "hall"),
]


def _rows(model: Any) -> Any:
    """Return a queryset of all rows; no manager of the model has a say."""
    return QuerySet(model).order_by("pk")


# What functions read


def test_no_instance_of_what_a_lone_row_reads_is_made_by_init(
    makings: list[type],
) -> None:
    with made() as world:
        world.grow("a", "bc", houses=1)
        makings.clear()

        world.rename()

        assert makings == []
        assert world.counts() == [2]
        houses, works = world.seen[:1], world.seen[1:]
        assert [work.publisher for work in works] == houses * 2


def test_relation_that_is_read_whole_is_read_once() -> None:
    with made() as world:
        world.grow("a", "bc", houses=1)
        with watched() as once:
            world.rename()
        world.works = lambda house: [*house.works.all()][: house.works.count()]

        with watched() as often:
            world.rename()

        assert len(often) == len(once)


def test_relation_that_is_only_counted_is_counted_by_the_database() -> None:
    with made() as world:
        world.works = lambda house: range(house.works.count())
        world.use = bool
        world.grow("a", "bc", houses=1)

        with watched() as statements:
            world.rename()

        assert len(statements.counts()) == 1
        assert world.counts() == [2]


def test_listener_hears_of_what_a_lone_row_reads() -> None:
    with made() as world:
        world.grow("a", "bc", houses=1)
        world.rename()

        with listening(post_init, world.work) as heard:
            world.rename()
        world.rename()

        assert heard == [world.work] * 2
        assert world.counts() == [2]


@pytest.mark.parametrize(("model", "name"), COLLECTIONS)
def test_lent_relation_is_what_the_manager_gives(
    model: type[Model], name: str, shop: Shop
) -> None:
    for row, twin in zip(_rows(model), _rows(model), strict=True):
        lend(row, [name, name])

        # Any: related managers, or a row.
        ours: Any = getattr(row, name, None)
        theirs: Any = getattr(twin, name, None)
        if not hasattr(theirs, "all"):
            assert ours == theirs
            continue
        assert ours.count() == theirs.count()
        assert list(ours.values_list()) == list(theirs.values_list())
        narrower = {f"{_some_relation(ours.model)}__isnull": False}
        assert str(ours.filter(**narrower).query) == str(
            theirs.filter(**narrower).query
        )
        for our, their in zip(ours.all(), theirs.all(), strict=True):
            assert type(our) is type(their)
            assert _held(our) == _held(their)
        with watched() as statements:
            assert list(ours.all()) == list(theirs.all())
        assert len(statements) == 1


def _some_relation(model: type[Model]) -> str:
    return next(
        f.name for f in model._meta.get_fields() if f.is_relation and f.related_model
    )


def _held(row: Model) -> dict[str, Any]:
    state = {**vars(row._state), "fields_cache": row._state.fields_cache}
    return {**vars(row), "_state": state}


# Statements that are compiled once


@pytest.mark.parametrize("model", [Shelf, Member, Publisher, Hall])
def test_statement_finds_the_rows_of_every_key(
    model: type[Model], shop: Shop, makings: list[type]
) -> None:
    forget()
    pks = list(_rows(model).values_list("pk", flat=True))
    ordinary = [_held(row) for row in _rows(model)]
    assert len(pks) > 1
    makings.clear()

    read = [
        row for pk in pks for row in rows_with(model, "default", model._meta.pk, pk)
    ]

    assert [_held(row) for row in read] == ordinary
    assert makings == []


@pytest.mark.needs("row_locks")
def test_statement_holds_rows_only_while_others_may_write(
    shop: Shop, settings: Any
) -> None:
    prices = ["7.00", "8.00", "9.00"]
    for locking, held in [("on", True), ("off", False), ("on", True)]:
        settings.COMPUTEDFIELDS_LOCKING = locking
        shop.one.price = prices.pop()

        with watched() as statements:
            shop.one.save()

        locks = [sql for sql in statements.on(Shelf) if "FOR " in sql]
        assert bool(locks) is held


def test_statements_are_made_anew_for_another_registry(shop: Shop) -> None:
    pk = Copy._meta.pk
    rows_with(Copy, "default", pk, shop.one.pk)
    assert kept(connections["default"])

    forget()

    assert not kept(connections["default"])
    assert rows_with(Copy, "default", pk, shop.one.pk) == [shop.one]
