"""Functions read what their own database holds, wherever others are sent to read."""

from __future__ import annotations

from contextlib import contextmanager
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

from django_reckon.models import compute, immediate_updates, not_computed
from django_reckon.testing import assert_in_sync
from tests.computedapp.models import Copy, Country, Shelf, Tag, Title
from tests.support.database import committing
from tests.support.drift import drifted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.computed.shop import Shop
    from tests.support.acting import Act

pytestmark = committing


@contextmanager
def replica() -> Iterator[None]:
    """Send whoever reads to a database that holds no rows at all."""
    routers = ["tests.support.routers.ReplicaForReading"]
    with override_settings(DATABASE_ROUTERS=routers):
        yield


def test_refresh_reads_where_it_writes(shop: Shop, act: Act) -> None:
    with replica():
        act(Country.objects, "update", code="XX")
        act(Copy.objects.filter(pk=shop.one.pk), "update", price=50)
        shop.two.price = 7
        act(shop.two, "save")
        act(shop.three, "delete")

    assert drifted() == []
    assert shop.row(shop.left).total == 57


def test_refresh_at_once_reads_where_it_writes(shop: Shop, act: Act) -> None:
    with replica(), immediate_updates(), transaction.atomic():
        act(Country.objects, "update", code="XX")
        act(Copy.objects.filter(pk=shop.one.pk), "update", price=50)

    assert drifted() == []


def test_recovery_reads_where_it_writes(shop: Shop, act: Act) -> None:
    with replica(), not_computed(recover=True):
        act(Copy.objects.filter(pk=shop.one.pk), "update", price=50)
        act(Title.objects, "update", name="renamed")

    assert drifted() == []


def test_new_rows_are_computed_where_they_are_written(shop: Shop, act: Act) -> None:
    with replica():
        title = act(Title.objects, "create", name="new", publisher=shop.oak)
        tag = act(Tag.objects, "create", word="new")
        act(tag.titles, "add", title)
        act(
            Copy.objects,
            "bulk_create",
            [Copy(title_id=title.pk, shelf_id=shop.left.pk, price=1) for _ in "ab"],
        )

    assert drifted() == []


def test_saved_instance_reads_its_values_where_it_was_saved(shop: Shop) -> None:
    title = shop.row(shop.ada)
    with replica(), transaction.atomic():
        title.name = "new"
        title.save()

        assert title.line == "new (Oak, HE)"


def test_preview_reads_where_the_row_is(shop: Shop) -> None:
    row = shop.row(shop.left)
    with replica():
        previewed = compute(row, "total")

    assert previewed == row.total


@pytest.mark.usefixtures("shop")
def test_checks_read_where_they_are_told() -> None:
    with replica():
        assert_in_sync(using="default")
        call_command("checkdata", "--database", "default", stdout=StringIO())


@pytest.mark.usefixtures("shop")
def test_others_are_still_sent_to_the_replica() -> None:
    with replica():
        Shelf.objects.update(label="x")
        assert not Shelf.objects.exists()
