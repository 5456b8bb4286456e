"""Values as their columns hold them: equal ones are equal however they are spelt."""

from __future__ import annotations

import copy
import datetime as dt
import decimal
import enum
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import lazystr

from django_reckon.ground.columns import column_form, is_same
from tests.computedapp.models import Copy, Shelf


class Size(models.TextChoices):
    """An enum whose members are texts."""

    SMALL = "s", "small"


class Weight(enum.Enum):
    """An enum whose members are not."""

    LIGHT = 1


DECIMAL = models.DecimalField(max_digits=6, decimal_places=2)
# Naive, for a field of dates has no zone to go by.
MOMENT = dt.datetime(2026, 1, 2)  # noqa: DTZ001
KEY = uuid.UUID(int=7)

FORMS: list[tuple[str, models.Field[Any, Any], Any, Any]] = [
    ("rounded", DECIMAL, Decimal(1) / 3, Decimal("0.33")),
    ("padded", DECIMAL, Decimal(2), Decimal("2.00")),
    ("float_decimal", DECIMAL, 0.5, Decimal("0.50")),
    ("text_number", models.IntegerField(), "7", 7),
    ("bool_number", models.IntegerField(), True, 1),
    ("number_text", models.CharField(), 7, "7"),
    ("lazy_text", models.TextField(), lazystr("x"), "x"),
    ("text_choice", models.CharField(), Size.SMALL, "s"),
    ("tuple_json", models.JSONField(), (1, "a"), [1, "a"]),
    ("key_json", models.JSONField(), {1: None}, {"1": None}),
    ("view_bytes", models.BinaryField(), memoryview(b"a"), b"a"),
    ("array_bytes", models.BinaryField(), bytearray(b"a"), b"a"),
    ("moment_date", models.DateField(), MOMENT, dt.date(2026, 1, 2)),
    ("text_uuid", models.UUIDField(), str(KEY), KEY),
    ("nothing", DECIMAL, None, None),
    ("null_json", models.JSONField(), None, None),
]


@pytest.mark.parametrize(
    ("field", "value", "form"),
    [row[1:] for row in FORMS],
    ids=[row[0] for row in FORMS],
)
def test_form_is_what_a_read_would_give(
    field: models.Field[Any, Any], value: Any, form: Any
) -> None:
    found = column_form(field, value)

    assert found == form
    assert type(found) is type(form) or isinstance(found, str)
    assert is_same(field, form, value)


def test_form_of_an_instance_is_its_key() -> None:
    field = Copy._meta.get_field("shelf")

    assert column_form(field, Shelf(pk=3)) == 3
    assert column_form(field, "3") == 3


@pytest.mark.parametrize(
    ("old", "new"), [(True, 1), ([1], [True]), ({"a": 0}, {"a": False}), (None, 0)]
)
def test_json_tells_truth_from_numbers(old: Any, new: Any) -> None:
    assert not is_same(models.JSONField(), old, new)


def test_order_of_json_keys_does_not_matter() -> None:
    assert is_same(models.JSONField(), {"a": 1, "b": 2}, {"b": 2, "a": 1})


def test_what_is_no_number_is_no_new_value() -> None:
    """It equals nothing, so it would be written for ever."""
    field, value = models.FloatField(), float("nan")

    assert is_same(field, value, copy.deepcopy(value))
    assert not is_same(field, value, 1)


def test_elements_of_arrays_are_compared_as_their_column_holds_them() -> None:
    field = ArrayField(ArrayField(DECIMAL))

    assert is_same(field, [[Decimal("0.33"), None]], ((Decimal(1) / 3, None),))
    assert not is_same(field, [[Decimal("0.33")]], [[Decimal("0.34")]])


def test_rounded_value_is_no_new_value() -> None:
    assert is_same(DECIMAL, Decimal("0.33"), Decimal(1) / 3)
    assert not is_same(DECIMAL, Decimal("0.34"), Decimal(1) / 3)


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        (models.IntegerField(), "many", ValueError),
        (DECIMAL, "much", ValidationError),
        (DECIMAL, Decimal(10) ** 9, decimal.InvalidOperation),
        (models.JSONField(), Weight.LIGHT, TypeError),
    ],
)
def test_what_a_column_cannot_hold_is_refused(
    field: models.Field[Any, Any], value: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        column_form(field, value)


def test_what_cannot_be_compared_is_different() -> None:
    assert not is_same(models.IntegerField(), 1, "many")
