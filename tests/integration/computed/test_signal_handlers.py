"""Handlers of signals that have their say in what is saved."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Upper
from django.db.models.signals import ModelSignal, post_delete, post_save, pre_save

from tests.computedapp.models import Copy, Note, Shelf, Title
from tests.support.database import committing
from tests.support.drift import drifted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.db.models import Model

    from tests.integration.computed.shop import Shop
    from tests.support.acting import Act

pytestmark = committing


@contextmanager
def _hearing(
    signal: ModelSignal, sender: type[Model], handler: Callable[..., object]
) -> Iterator[None]:
    """Let a handler hear a signal for a while."""
    signal.connect(handler, sender=sender)
    try:
        yield
    finally:
        signal.disconnect(handler, sender=sender)


@pytest.mark.parametrize("named", [None, ["label"]])
def test_what_a_handler_sets_before_a_save_is_computed_with(
    named: list[str] | None, act: Act
) -> None:
    def tidy(instance: Shelf, **_: object) -> None:
        instance.label = instance.label.strip()

    with _hearing(pre_save, Shelf, tidy):
        shelf = act(Shelf.objects, "create", label=" new ")
        assert shelf.upper == Shelf.objects.get().upper == "NEW"

        shelf.label = " old "
        act(shelf, "save", update_fields=named)

    assert shelf.upper == Shelf.objects.get().upper == "OLD"
    assert drifted(Shelf) == []


def test_expression_that_a_handler_sets_is_computed_with(act: Act) -> None:
    kept = Shelf.objects.create(label="old")

    def choose(instance: Any, **_: object) -> None:
        instance.label = Upper(Value("some"))

    with _hearing(pre_save, Shelf, choose):
        act(kept, "save")
        act(Shelf.objects, "create", label="new")

    assert set(Shelf.objects.values_list("label", "upper")) == {("SOME", "SOME")}
    assert drifted(Shelf) == []


@pytest.mark.parametrize("named", [None, ["name"]])
def test_instance_that_a_handler_saves_again_has_the_last_values(
    named: list[str] | None, shop: Shop, act: Act
) -> None:
    def shout(instance: Title, **_: object) -> None:
        if not instance.name.isupper():
            instance.name = instance.name.upper()
            instance.save(update_fields=named)

    with _hearing(post_save, Title, shout):
        new = act(Title.objects, "create", name="new", publisher=shop.oak)
        shop.ada.name = "ada"
        act(shop.ada, "save", update_fields=named)

    assert (new.line, shop.ada.line) == ("NEW (Oak, HE)", "ADA (Oak, HE)")
    assert drifted() == []


def test_instance_has_what_became_of_it_by_a_handler_that_saved_its_own(
    shop: Shop, act: Act
) -> None:
    def remark(instance: Title, **_: object) -> None:
        Note.objects.create(text="saved", about=instance)
        shop.oak.save()

    with _hearing(post_save, Title, remark):
        act(shop.ada, "save")

    assert shop.ada.remarks == "good|saved"


def test_instance_that_waits_knows_the_row_of_the_key_it_gets(shop: Shop) -> None:
    with transaction.atomic():
        shelf = Shelf.objects.create(label="new")
        assert shelf.dearest is None
        copy = shop.make(Copy, title=shop.ada, shelf=shelf, price=3)

    assert shelf.dearest == copy


@pytest.mark.parametrize("named", [None, ["publisher"]])
def test_handler_of_post_save_reads_what_the_row_holds(
    named: list[str] | None, shop: Shop, act: Act
) -> None:
    """As one does that writes into a search index."""
    seen = []

    def index(instance: Title, **_: object) -> None:
        seen.append(instance.line)

    shop.ada.publisher = shop.elm
    with _hearing(post_save, Title, index), transaction.atomic():
        shop.ada.save(update_fields=named)

    assert seen == ["Ada (Elm, TH)"]


def test_handler_of_post_delete_reads_what_the_row_held(shop: Shop) -> None:
    seen = []

    def index(instance: Title, **_: object) -> None:
        seen.append(instance.line)

    shop.cyd.name = "Dan"
    with _hearing(post_delete, Title, index), transaction.atomic():
        shop.cyd.save()
        shop.cyd.delete()

    assert seen == ["Dan (Elm, TH)"]
    assert shop.cyd.line


def test_instance_saved_twice_in_a_transaction_is_saved_whole(shop: Shop) -> None:
    """To Django it must not look like one of which columns were left out."""
    told = []

    def tell(update_fields: object, **_: object) -> None:
        told.append(update_fields)

    with _hearing(post_save, Title, tell), transaction.atomic():
        for name in ("one", "two"):
            shop.ada.name = name
            shop.ada.save()

    assert told == [None, None]
    assert drifted() == []
