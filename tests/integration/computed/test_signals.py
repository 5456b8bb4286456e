"""The signals of a refresh, in their order."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from django.db.models.signals import post_save

from django_reckon.exceptions import ResolutionError
from django_reckon.signals import resolver_exit, resolver_start, resolver_update
from tests.computedapp.corners import Circuit, Fuse
from tests.computedapp.models import Copy, Country, Shelf, Title
from tests.support.database import committing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.dispatch import Signal

    from tests.integration.computed.shop import Shop
    from tests.support.acting import Act

pytestmark = committing

Heard = "list[tuple[Any, ...]]"


@contextmanager
def _heard() -> Iterator[list[tuple[Any, ...]]]:
    """Write down the signals of a refresh."""
    heard: list[tuple[Any, ...]] = []

    def started(**_: object) -> None:
        heard.append(("start",))

    def updated(model: type, fields: Any, pks: Any, **_: object) -> None:
        heard.append(("update", model, sorted(fields), sorted(pks)))

    def ended(**_: object) -> None:
        heard.append(("exit",))

    receivers: list[tuple[Signal, Any]] = [
        (resolver_start, started),
        (resolver_update, updated),
        (resolver_exit, ended),
    ]
    for signal, receiver in receivers:
        signal.connect(receiver)
    try:
        yield heard
    finally:
        for signal, receiver in receivers:
            signal.disconnect(receiver)


def test_refresh_tells_of_each_model_in_the_order_of_levels(
    shop: Shop, act: Act
) -> None:
    with _heard() as heard:
        act(Country.objects, "update", code="XX")

    titles = sorted([shop.ada.pk, shop.bob.pk, shop.cyd.pk])
    shelves = sorted([shop.left.pk, shop.right.pk])
    assert heard[0] == ("start",)
    assert heard[-1] == ("exit",)
    assert heard[1] == ("update", Title, ["line"], titles)
    assert [each[:2] for each in heard[1:-1]] == [
        ("update", Title),
        *[("update", Shelf)] * (len(heard) - 3),
    ]
    fields = {name for each in heard[2:-1] for name in each[2]}
    assert fields == {"summary", "pride"}
    assert all(each[3] == shelves for each in heard[2:-1])


def test_refresh_that_writes_nothing_tells_of_no_model(shop: Shop, act: Act) -> None:
    """A longer name of the price changes no value."""
    with _heard() as heard:
        act(Copy.objects.filter(shelf=None), "update", amount=4)

    assert [each for each in heard if each[0] == "update"] == []


def test_values_are_stored_when_their_signal_is_sent(shop: Shop, act: Act) -> None:
    seen: list[str] = []

    def updated(model: type, **_: object) -> None:
        if model is Title:
            seen.extend(Title.objects.order_by("name").values_list("line", flat=True))

    resolver_update.connect(updated)
    try:
        act(Country.objects, "update", code="XX")
    finally:
        resolver_update.disconnect(updated)

    assert seen == ["Ada (Oak, XX)", "Bob (Oak, XX)", "Cyd (Elm, XX)"]


def test_refresh_sends_no_signals_of_saves(shop: Shop, act: Act) -> None:
    saved: list[object] = []

    def heard(sender: object, **_: object) -> None:
        saved.append(sender)

    post_save.connect(heard)
    try:
        act(shop.here, "save")
        act(Country.objects, "update", code="XX")
    finally:
        post_save.disconnect(heard)

    assert saved == [Country]


def test_failing_refresh_tells_that_it_is_over(act: Act) -> None:
    circuit = act(Circuit.objects, "create", name="c")

    with _heard() as heard, pytest.raises(ResolutionError):
        act(Fuse.objects, "create", circuit=circuit, text="trip")

    assert heard == [("start",), ("exit",)]
