"""Doing without refreshes for a while, and catching up."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from asgiref.sync import async_to_sync
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction

from django_reckon import models as face
from django_reckon.exceptions import ResolutionError
from tests.computedapp.corners import Circuit, Fuse
from tests.computedapp.models import Copy, Country, Loan, Note, Shelf, Tag, Title
from tests.integration.computed.blocks import failing
from tests.integration.computed.shop import Shop, changed, stored
from tests.support.database import committing
from tests.support.drift import drifted
from tests.support.statements import is_update, watched

if TYPE_CHECKING:
    from tests.support.acting import Act

pytestmark = committing


def _write_everywhere(act: Act, shop: Shop) -> None:
    act(shop.all(Country), "update", code="XX")
    act(shop.left.copies, "add", shop.loose)
    act(shop.one, "delete")
    act(shop.blue.titles, "set", [shop.cyd])
    act(shop.all(Copy), "bulk_create", [Copy(title=shop.bob, shelf=shop.right)])
    shop.left.label = "renamed"
    act(shop.left, "save")


def _fail() -> None:
    raise LookupError("mine")


def test_nothing_is_computed_inside(shop: Shop, act: Act) -> None:
    before = stored()

    with face.not_computed():
        act(shop.all(Country), "update", code="XX")
        act(shop.all(Copy), "update", price=99, amount=9)
        act(shop.all(Shelf), "update", label="other")

    moved = changed(before, stored())
    assert moved == {
        "Copy.price",
        "Copy.amount",
        "Copy.double",
        "Shelf.label",
    }


def test_nothing_is_caught_up_without_being_asked(shop: Shop, act: Act) -> None:
    with face.not_computed():
        act(shop.all(Country), "update", code="XX")
    act(shop.all(Tag), "update", word="w")

    assert "computedapp.Title.line" in {drift.field for drift in drifted()}


def test_everything_is_caught_up_when_asked(shop: Shop, act: Act) -> None:
    with face.not_computed(recover=True):
        _write_everywhere(act, shop)
        inside = drifted()

    assert inside != []
    assert drifted() == []


def test_new_rows_are_caught_up(shop: Shop, act: Act) -> None:
    with face.not_computed(recover=True):
        act(Title.objects, "create", name="one", publisher=shop.oak)
        act(Title.objects, "bulk_create", [Title(name="two", publisher=shop.elm)])

    assert drifted() == []
    assert set(Title.objects.filter(name__in=["one", "two"]).values_list("line")) == {
        ("one (Oak, HE)",),
        ("two (Elm, TH)",),
    }


@pytest.mark.parametrize("recover", [False, True])
def test_save_inside_is_one_statement(*, recover: bool, shop: Shop) -> None:
    shop.one.price = Decimal(3)
    with transaction.atomic(), face.not_computed(recover=recover):
        with watched() as statements:
            shop.one.save(update_fields=["price"])
        inside = len(statements.work)

    assert inside == 1
    assert (drifted() == []) is recover


def test_row_that_moves_inside_is_looked_at_before(shop: Shop, act: Act) -> None:
    shop.one.shelf = shop.right
    with transaction.atomic(), face.not_computed(recover=True):
        with watched() as statements:
            act(shop.one, "save")
        inside = len(statements.work)

    assert inside == 2
    assert drifted() == []


def test_note_that_changes_its_kind_inside_is_caught_up(shop: Shop, act: Act) -> None:
    other = ContentType.objects.get_for_model(Shelf)
    with face.not_computed(recover=True):
        act(Note.objects.filter(pk=shop.note.pk), "update", content_type=other)

    assert drifted() == []


def test_loan_that_is_extended_inside_is_caught_up(shop: Shop, act: Act) -> None:
    loan = Loan.objects.get()
    loan.days += 5
    with face.not_computed(recover=True):
        act(loan, "save", update_fields=["days"])

    assert drifted() == []


def test_inner_block_without_recovery_forgets_its_own(shop: Shop, act: Act) -> None:
    with face.not_computed(recover=True):
        act(shop.all(Copy), "update", price=30)
        with face.not_computed():
            act(shop.all(Country), "update", code="XX")
        act(shop.all(Shelf), "update", label="s")

    fields = {drift.field for drift in drifted()}
    assert "computedapp.Title.line" in fields
    assert "computedapp.Shelf.upper" not in fields
    assert "computedapp.Shelf.total" not in fields
    assert shop.row(shop.left).total == 60


def test_inner_block_with_recovery_catches_up_at_its_own_end(
    shop: Shop, act: Act
) -> None:
    with face.not_computed():
        act(shop.all(Country), "update", code="XX")
        with face.not_computed(recover=True):
            act(shop.all(Copy), "update", amount=9)
        inside = {drift.field for drift in drifted(Copy)}

    assert inside == set()
    assert "computedapp.Title.line" in {drift.field for drift in drifted()}


def test_refreshes_go_on_after_the_block(shop: Shop, act: Act) -> None:
    with face.not_computed():
        pass

    act(shop.all(Country), "update", code="XX")

    assert drifted() == []


def test_block_cannot_be_entered_twice() -> None:
    block = face.not_computed()

    with block, pytest.raises(RuntimeError, match="each block"), block:
        pass


def test_exception_goes_on_and_what_was_written_is_caught_up(
    shop: Shop, act: Act
) -> None:
    def write() -> None:
        with face.not_computed(recover=True):
            act(shop.all(Country), "update", code="XX")
            raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        write()

    assert drifted() == []
    assert shop.row(shop.ada).line == "Ada (Oak, XX)"


def test_failing_recovery_does_not_hide_the_exception(act: Act) -> None:
    circuit = Circuit.objects.create(name="c")

    def write() -> None:
        with face.not_computed(recover=True):
            act(Fuse.objects, "create", text="trip", circuit=circuit)
            raise LookupError("mine")

    with pytest.raises(LookupError, match="mine") as caught:
        write()

    [note] = caught.value.__notes__
    assert "computedapp.Circuit.strength" in note
    assert Fuse.objects.exists()


def test_exception_of_a_transaction_leaves_nothing_to_recover(act: Act) -> None:
    circuit = Circuit.objects.create(name="c")

    with (
        failing(LookupError, match="mine") as caught,
        face.not_computed(recover=True),
    ):
        act(Fuse.objects, "create", text="trip", circuit=circuit)
        _fail()

    assert not hasattr(caught.value, "__notes__")
    assert not Fuse.objects.exists()


def test_recovery_in_a_transaction_is_done_with_the_rest_of_its_work(
    shop: Shop, act: Act
) -> None:
    with watched() as statements, transaction.atomic():
        with face.not_computed(recover=True):
            act(shop.all(Copy), "update", price=30)
        act(shop.all(Copy), "update", price=40)
        refreshed = [sql for sql in statements.on(Shelf) if is_update(sql)]
        assert shop.row(shop.left).total == 80

    assert refreshed == []
    assert drifted() == []


def test_failing_recovery_raises_when_nothing_else_does(act: Act) -> None:
    circuit = Circuit.objects.create(name="c")

    with (
        failing(ResolutionError, match="strength"),
        face.not_computed(recover=True),
    ):
        act(Fuse.objects, "create", text="trip", circuit=circuit)

    assert not Fuse.objects.exists()


def test_recovery_in_a_broken_transaction_does_not_hide_the_first_error(
    act: Act,
) -> None:
    shop = Shop()

    with (
        failing(IntegrityError),
        face.not_computed(recover=True),
    ):
        act(shop.all(Country), "update", code="XX")
        act(Copy(pk=shop.one.pk, title=shop.ada), "save", force_insert=True)

    assert drifted() == []
    assert shop.row(shop.ada).line == "Ada (Oak, HE)"


def _cost(act: Act, shelves: int) -> int:
    title = Title.objects.create(name="t")
    with watched() as statements, face.not_computed(recover=True):
        for number in range(shelves):
            shelf = act(Shelf.objects, "create", label=str(number))
            act(Copy.objects, "create", title=title, shelf=shelf, price=number)
            act(Copy.objects, "create", title=title, shelf=shelf, price=number)
        written = len(statements)
    return len(statements) - written


def test_recovery_costs_the_same_for_few_writes_and_for_many(act: Act) -> None:
    assert _cost(act, 3) == _cost(act, 30)
    assert drifted() == []


def test_recovery_costs_a_fixed_number_of_statements_a_level(
    shop: Shop, act: Act
) -> None:
    with watched() as statements, face.not_computed(recover=True):
        for number in range(10):
            act(shop.all(Country), "update", code=str(number))
        written = len(statements)

    # Titles, then shelves twice (summary, pride): each located, read with its
    # relations, and written.
    assert len(statements) - written <= 20


def test_async_block_does_the_same(shop: Shop) -> None:
    async def run() -> None:
        async with face.not_computed(recover=True):
            await Country.objects.aupdate(code="XX")
            await Copy.objects.filter(pk=shop.one.pk).adelete()
            await shop.left.copies.aadd(shop.loose)
            await Shelf.objects.acreate(label="new")
            assert (await Title.objects.aget(pk=shop.ada.pk)).line == "Ada (Oak, HE)"

    async_to_sync(run)()

    assert drifted() == []
    assert shop.row(shop.ada).line == "Ada (Oak, XX)"


def test_async_block_without_recovery_computes_nothing(shop: Shop) -> None:
    async def run() -> None:
        async with face.not_computed():
            await Country.objects.aupdate(code="XX")

    async_to_sync(run)()

    assert shop.row(shop.ada).line == "Ada (Oak, HE)"


def test_async_block_lets_its_exception_go_on(shop: Shop) -> None:
    async def run() -> None:
        async with face.not_computed(recover=True):
            await Country.objects.aupdate(code="XX")
            raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        async_to_sync(run)()

    assert drifted() == []


def test_each_database_is_caught_up(act: Act) -> None:
    here, there = Shop(), Shop("other")

    with face.not_computed(recover=True):
        _write_everywhere(act, here)
        _write_everywhere(act, there)

    assert drifted() == []
    assert drifted(using="other") == []
