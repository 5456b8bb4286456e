"""Values that are as they should be are not written again."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from django_reckon import models as face
from tests.computedapp.corners import Sample
from tests.computedapp.models import Copy, Shelf, Title
from tests.support.database import committing
from tests.support.drift import drifted
from tests.support.statements import Statements, is_update, watched

if TYPE_CHECKING:
    from tests.integration.computed.shop import Shop
    from tests.support.acting import Act

pytestmark = committing


def _updates(statements: Statements) -> list[str]:
    return [sql for sql in statements.sql if is_update(sql)]


@pytest.mark.parametrize("price", ["10.00", "10", "1e1", "3.3333"])
def test_decimal_that_no_column_holds_exactly_is_written_once(
    price: str, shop: Shop, act: Act
) -> None:
    act(shop.all(Copy), "update", price=Decimal(price))

    with watched() as statements:
        act(face, "update_dependent", shop.all(Copy))

    assert _updates(statements) == []
    assert drifted() == []


@pytest.mark.parametrize("seed", [0, 1, 2, 77])
def test_value_of_any_type_is_written_once(seed: int, act: Act) -> None:
    act(Sample.objects, "create", seed=seed)
    act(Sample.objects, "bulk_create", [Sample(seed=seed), Sample(seed=seed)])

    with watched() as statements:
        act(face, "update_dependent", Sample.objects.all())

    assert _updates(statements) == []
    assert drifted(Sample) == []


def test_save_that_changes_nothing_refreshes_nothing(shop: Shop, act: Act) -> None:
    copy = shop.row(shop.one)

    with watched() as statements:
        act(copy, "save")

    # The row's own statement, and none for the shelf.
    assert len(_updates(statements)) == 1
    assert len(statements.on(Shelf)) == 0


def test_update_to_the_same_value_refreshes_nothing(shop: Shop, act: Act) -> None:
    with watched() as statements:
        act(shop.all(Copy).filter(pk=shop.one.pk), "update", price=Decimal("10.00"))

    assert len(_updates(statements)) == 1
    assert len(statements.on(Shelf)) == 0


def test_value_that_comes_out_the_same_goes_no_further(shop: Shop, act: Act) -> None:
    """The dearest copy stays the dearest, so nothing is asked about its title."""
    with watched() as statements:
        act(shop.all(Copy).filter(pk=shop.one.pk), "update", price=Decimal(11))

    [update] = [sql for sql in _updates(statements) if Shelf._meta.db_table in sql]
    assert "total" in update
    assert "dearest" not in update
    assert "pride" not in update


def test_number_of_statements_does_not_grow_with_the_rows(act: Act) -> None:
    def cost(number: int) -> int:
        shelves = Shelf.objects.bulk_create(Shelf(label="s") for _ in range(number))
        title = Title.objects.create(name="T")
        copies = [Copy(title=title, shelf=shelf, price=1) for shelf in shelves]
        Copy.objects.bulk_create(copies)
        with watched() as statements:
            act(Copy.objects.filter(shelf__in=shelves), "update", price=2)
        return len(statements)

    assert cost(5) == cost(50)


def test_bulk_create_costs_the_same_for_few_and_for_many_parents(act: Act) -> None:
    def cost(number: int) -> int:
        shelves = Shelf.objects.bulk_create(Shelf(label="s") for _ in range(number))
        title = Title.objects.create(name="T")
        copies = [Copy(title=title, shelf=shelf, price=1) for shelf in shelves]
        with watched() as statements:
            act(Copy.objects, "bulk_create", copies)
        return len(statements)

    assert cost(5) == cost(50)
