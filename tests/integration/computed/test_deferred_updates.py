"""Refreshes that wait for the end of the transaction, and for nobody who reads."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from django_reckon.exceptions import ResolutionError
from django_reckon.models import aflush, deferred_updates, flush, immediate_updates
from tests.computedapp.corners import Cell, Drop, Tank
from tests.computedapp.models import Copy, Country, Shelf, Title
from tests.support.database import committing
from tests.support.drift import drifted
from tests.support.statements import watched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.computed.shop import Shop
    from tests.support.acting import Act

pytestmark = committing


@pytest.fixture(autouse=True)
def _deferred(shop: Shop) -> Iterator[None]:
    with deferred_updates():
        yield


def _undo() -> None:
    raise LookupError("undone")


def _read_and_undo(shop: Shop) -> None:
    with transaction.atomic():
        assert Shelf.objects.get(pk=shop.left.pk).total == 6
        _undo()


def _write_and_undo() -> None:
    with transaction.atomic():
        Copy.objects.update(price=1)
        _undo()


def _rename(title: Title) -> None:
    with transaction.atomic():
        Title.objects.filter(pk=title.pk).update(name="other")


def _swallow_the_error() -> None:
    with transaction.atomic():
        Copy.objects.update(price=1)
        with pytest.raises(ResolutionError):
            list(Shelf.objects.values_list("total"))
        list(Shelf.objects.values_list("label"))


def test_autocommit_write_is_refreshed_at_once(shop: Shop, act: Act) -> None:
    act(shop.all(Copy), "update", price=2)

    assert drifted() == []
    assert shop.row(shop.left).total == 4


def test_loop_costs_one_refresh_at_the_end(shop: Shop) -> None:
    with watched() as few, transaction.atomic():
        for _ in range(3):
            Copy.objects.create(title=shop.ada, shelf=shop.left, price=1)
    with watched() as many, transaction.atomic():
        for _ in range(13):
            Copy.objects.create(title=shop.ada, shelf=shop.left, price=1)

    assert len(many) - len(few) == 10
    assert drifted() == []


def _reprice(copies: list[Copy], price: int) -> None:
    for copy in copies:
        copy.price = Decimal(price)
        copy.save(update_fields=["price"])


def test_loop_of_saves_is_a_statement_each(shop: Shop) -> None:
    copies = [shop.one, shop.two, shop.three]
    _reprice(copies, 1)
    with watched() as few, transaction.atomic():
        _reprice(copies, 3)
    with watched() as many, transaction.atomic():
        _reprice(copies * 4, 7)

    assert len(many) - len(few) == 9
    assert drifted() == []


def test_row_whose_key_moves_while_it_waits(shop: Shop, act: Act) -> None:
    with transaction.atomic():
        shop.one.price = Decimal(1)
        shop.one.save(update_fields=["price"])
        act(Copy.objects.filter(pk=shop.one.pk), "update", id=999)
        Title.objects.filter(pk=shop.ada.pk).update(name="renamed")

    assert drifted() == []


def test_row_whose_key_moves_though_no_rule_names_it(act: Act) -> None:
    cell = Cell.objects.create(code=UUID(int=1), day=dt.date(2020, 1, 1), level=1)
    with transaction.atomic():
        act(Cell.objects.filter(pk=cell.pk), "update", seed=9)
        act(Cell.objects.filter(pk=cell.pk), "update", level=2)

    assert drifted() == []


def test_read_in_the_middle_sees_the_right_value(shop: Shop, act: Act) -> None:
    with transaction.atomic():
        act(shop.one, "delete")
        total = Shelf.objects.get(pk=shop.left.pk).total
        act(shop.two, "delete")
        found = Shelf.objects.filter(size=0).aggregate(all=Sum("total"))

    assert total == Decimal(5)
    assert found["all"] == 0
    assert drifted() == []


@pytest.mark.parametrize(
    "sql", ["SELECT total FROM computedapp_shelf WHERE id = %s", None]
)
def test_statement_by_hand_sees_the_right_value(sql: str | None, shop: Shop) -> None:
    quote = connection.ops.quote_name
    table, column = quote("computedapp_shelf"), quote("total")
    with transaction.atomic():
        Copy.objects.update(price=3)
        with connection.cursor() as cursor:
            cursor.execute(
                sql or f"SELECT {column} FROM {table} WHERE id = %s", [shop.left.pk]
            )
            (total,) = cursor.fetchone()

    assert Decimal(str(total)) == 6


def test_what_follows_a_generated_column_is_stale_as_well(act: Act) -> None:
    Drop.objects.create(tank=Tank.objects.create(), amount=2)
    with transaction.atomic():
        act(Drop.objects, "update", amount=5)
        share = Drop.objects.values_list("share", flat=True).get()

    assert share == "of 10"


def test_statement_that_reads_something_else_waits_for_nothing(shop: Shop) -> None:
    with transaction.atomic():
        Country.objects.update(code="X")
        with watched() as statements:
            list(Shelf.objects.values_list("label"))

    assert len(statements) == 1
    assert drifted() == []


def test_saved_instance_reads_its_value_when_asked(shop: Shop) -> None:
    with transaction.atomic():
        shop.ada.publisher = shop.elm
        shop.ada.save()
        inside = shop.ada.line

    assert inside == shop.ada.line == "Ada (Elm, TH)"


def test_saved_instance_has_its_value_after_the_commit(shop: Shop) -> None:
    with transaction.atomic():
        shop.ada.publisher = shop.elm
        shop.ada.save()

    with watched() as statements:
        line = shop.ada.line

    assert (line, len(statements)) == ("Ada (Elm, TH)", 0)


def test_refresh_undone_with_its_savepoint_is_done_again(shop: Shop) -> None:
    with transaction.atomic():
        Copy.objects.filter(pk=shop.one.pk).update(price=1)
        with pytest.raises(LookupError):
            _read_and_undo(shop)

    assert drifted() == []
    assert shop.row(shop.left).total == 6


def test_rolled_back_transaction_leaves_nothing_behind(shop: Shop) -> None:
    wrappers = list(connection.execute_wrappers)

    with pytest.raises(LookupError):
        _write_and_undo()

    assert connection.execute_wrappers == wrappers
    assert drifted() == []


def test_committed_transaction_leaves_no_wrapper_behind(shop: Shop) -> None:
    wrappers = list(connection.execute_wrappers)

    with transaction.atomic():
        Copy.objects.update(price=1)

    assert connection.execute_wrappers == wrappers


def test_failing_function_undoes_the_transaction(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django_reckon.computed.refreshing.engine.call", _failing_call)

    with pytest.raises(ResolutionError) as caught:
        _rename(shop.ada)

    assert "told to fail" in str(caught.value)
    monkeypatch.undo()
    assert shop.row(shop.ada).name == "Ada"
    assert drifted() == []


def test_error_of_a_refresh_cannot_be_committed_past(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django_reckon.computed.refreshing.engine.call", _failing_call)

    with pytest.raises(transaction.TransactionManagementError):
        _swallow_the_error()

    monkeypatch.undo()
    assert shop.row(shop.one).price == 10


def test_flush_does_what_is_due(shop: Shop) -> None:
    with transaction.atomic():
        Copy.objects.update(price=1)
        flush()
        with watched() as statements:
            totals = list(Shelf.objects.values_list("total", flat=True))

    assert len(statements) == 1
    assert sorted(totals) == [Decimal(1), Decimal(2)]


async def test_flush_has_an_async_twin() -> None:
    await aflush()


def test_block_may_ask_for_immediate_updates(shop: Shop) -> None:
    with transaction.atomic(), immediate_updates():
        Copy.objects.update(price=1)
        with watched() as statements:
            list(Shelf.objects.values_list("total", flat=True))

    assert len(statements) == 1


def test_two_databases_wait_for_their_own_ends(shop: Shop) -> None:
    with transaction.atomic(using="other"):
        other = Shelf.objects.using("other").create(label="other")
        title = Title.objects.using("other").create(name="t")
        with transaction.atomic():
            Copy.objects.update(price=1)
        Copy.objects.using("other").create(title=title, shelf=other, price=9)
        here = shop.row(shop.left).total

    assert here == 2
    assert Shelf.objects.using("other").get().total == 9


def _failing_call(column: object, instance: Title) -> object:
    raise ResolutionError("computedapp.Title.line", instance.pk, "it was told to fail")
