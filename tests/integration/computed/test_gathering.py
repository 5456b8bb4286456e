"""Rows that plain foreign keys relate are brought together as Django would."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

import pytest
from django.db.models import QuerySet
from django.db.models.query import prefetch_related_objects

from django_reckon.computed.fetching.gathering import gathered
from django_reckon.computed.fetching.hydrating import lean
from tests.computedapp.models import Copy, Publisher, Shelf, Title
from tests.support.database import committing
from tests.support.statements import watched

if TYPE_CHECKING:
    from django.db.models import Model

    from tests.integration.computed.shop import Shop

pytestmark = committing


def rows_of(model: type[Model]) -> list[Any]:
    return list(lean(QuerySet(model).order_by("pk")))


def all_of(model: type[Model]) -> QuerySet[Any]:
    return lean(QuerySet(model))


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("model", "name", "related"),
    [(Shelf, "copies", Copy), (Title, "copies", Copy), (Publisher, "titles", Title)],
)
def test_many_rows_are_those_that_django_finds(
    model: type[Model], name: str, related: type[Model]
) -> None:
    ours, theirs = rows_of(model), rows_of(model)
    prefetch_related_objects(theirs, name)

    with watched() as statements:
        reached = gathered(ours, name, all_of(related))

    assert len(statements) == 1
    with watched() as statements:
        found = [[each.pk for each in getattr(row, name).all()] for row in ours]
        expected = [[each.pk for each in getattr(row, name).all()] for row in theirs]
    assert len(statements) == 0
    assert list(map(sorted, found)) == list(map(sorted, expected))
    assert reached is not None
    assert {each.pk for each in reached} == {pk for some in expected for pk in some}


def test_rows_know_whom_they_point_at(shop: Shop) -> None:
    shelves = rows_of(Shelf)
    gathered(shelves, "copies", all_of(Copy))

    with watched() as statements:
        owners = [(row, c.shelf) for row in shelves for c in row.copies.all()]
    titles = {c.title.pk for row in shelves for c in row.copies.all()}

    assert len(statements) == 0
    assert all(row is owner for row, owner in owners)
    assert titles == {shop.ada.pk, shop.bob.pk, shop.cyd.pk}


def test_one_row_is_the_one_that_django_finds(shop: Shop) -> None:
    copies = rows_of(Copy)

    reached = gathered(copies, "shelf", all_of(Shelf))

    with watched() as statements:
        found = {copy.pk: copy.shelf and copy.shelf.pk for copy in copies}
    assert len(statements) == 0
    assert found[shop.loose.pk] is None
    assert found[shop.one.pk] == shop.left.pk
    assert reached is not None
    assert len(reached) == 2


def test_filter_of_gathered_rows_asks_for_those_of_the_row(shop: Shop) -> None:
    shelves = rows_of(Shelf)
    gathered(shelves, "copies", all_of(Copy))

    left = next(row for row in shelves if row.pk == shop.left.pk)

    assert left.copies.filter(price__gt=6).get().pk == shop.one.pk
    assert left.copies.count() == 2


def test_what_is_there_already_stays(shop: Shop) -> None:
    first, second = rows_of(Shelf)
    prefetch_related_objects([first], "copies")
    before = list(first.copies.all())

    gathered([first, second], "copies", all_of(Copy))

    assert [id(each) for each in first.copies.all()] == list(map(id, before))
    assert [each.pk for each in second.copies.all()] == [shop.three.pk]


def test_row_that_is_there_twice_has_the_same_relatives_twice(shop: Shop) -> None:
    twins = [shop.row(shop.left), shop.row(shop.left)]

    gathered(twins, "copies", all_of(Copy))

    with watched() as statements:
        found = [[each.pk for each in twin.copies.all()] for twin in twins]
    assert len(statements) == 0
    assert found[0] == found[1] != []


def test_refreshed_rows_do_not_wait_for_the_collector(shop: Shop) -> None:
    copies = [Copy(title=shop.ada, shelf=shop.left, price=1) for _ in range(100)]
    Copy.objects.bulk_create(copies)
    gc.collect()
    gc.disable()
    try:
        before = sum(type(each) is Copy for each in gc.get_objects())
        shop.all(Copy).update(price=3)
        after = sum(type(each) is Copy for each in gc.get_objects())
    finally:
        gc.enable()

    # A function may hold on to a few of its own.
    assert after - before < len(copies) // 10
