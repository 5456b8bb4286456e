"""The order in which rows are locked, and keys that a column cannot hold."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest
from django.db import models
from django.test.utils import isolate_apps

from django_reckon.changes.rows import ordered
from django_reckon.computed.refreshing.locating import usable
from django_reckon.computed.refreshing.work import Route


def test_keys_are_put_in_order() -> None:
    assert ordered({3, 1, 2}) == [1, 2, 3]


def test_keys_without_an_order_get_one_that_is_always_the_same() -> None:
    keys: set[Any] = {1j, 2j, None, "b"}

    assert ordered(keys) == sorted(keys, key=repr)


@pytest.mark.parametrize(
    ("field", "told", "kept"),
    [
        (models.IntegerField, ["1", "one", "9" * 30], [1]),
        (models.FloatField, ["1.5", "nan", "1e999"], [1.5]),
        (models.DurationField, ["60", "9" * 20], [dt.timedelta(minutes=1)]),
        (models.UUIDField, ["1"], []),
    ],
)
def test_keys_of_another_models_rows_are_left_out(
    field: type[models.Field[Any, Any]], told: list[Any], kept: list[Any]
) -> None:
    with isolate_apps("tests.testapp"):

        class Thing(models.Model):
            key = field(primary_key=True)

            class Meta:
                app_label = "testapp"

    found = usable("default", Route(Thing, "pk", loose=True), told)

    assert list(found) == kept
    assert not any(isinstance(key, float) and math.isnan(key) for key in found)
