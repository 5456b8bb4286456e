"""Values that users wrote are judged whatever the annotations say."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from django_reckon.ground.shapes import is_duration, is_whole


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(dt.timedelta(seconds=1), True, id="second"),
        pytest.param(dt.timedelta(microseconds=1), True, id="shortest"),
        pytest.param(dt.timedelta(), False, id="zero"),
        pytest.param(dt.timedelta(seconds=-1), False, id="negative"),
        pytest.param(1, False, id="int"),
        pytest.param(1.5, False, id="float"),
        pytest.param("00:01:00", False, id="text"),
        pytest.param(dt.time(1), False, id="time_of_day"),
        pytest.param(None, False, id="none"),
    ],
)
def test_duration_is_a_positive_timedelta(value: object, *, expected: bool) -> None:
    assert is_duration(value) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(dt.timedelta(), True, id="zero"),
        pytest.param(dt.timedelta(microseconds=-1), False, id="below"),
    ],
)
def test_least_duration_may_be_zero(value: dt.timedelta, *, expected: bool) -> None:
    assert is_duration(value, least=dt.timedelta()) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(1, True, id="least"),
        pytest.param(10**30, True, id="large"),
        pytest.param(0, False, id="below"),
        pytest.param(-1, False, id="negative"),
        pytest.param(True, False, id="bool"),
        pytest.param(1.0, False, id="float"),
        pytest.param(Decimal(1), False, id="decimal"),
        pytest.param("1", False, id="text"),
        pytest.param(None, False, id="none"),
    ],
)
def test_whole_number_is_an_int_and_no_bool(value: object, *, expected: bool) -> None:
    assert is_whole(value, least=1) is expected
