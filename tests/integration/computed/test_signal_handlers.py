"""Handlers of signals that have their say in what is saved."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from django.db.models import Value
from django.db.models.functions import Upper
from django.db.models.signals import ModelSignal, pre_save

from tests.computedapp.models import Shelf
from tests.support.database import committing
from tests.support.drift import drifted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.db.models import Model

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
