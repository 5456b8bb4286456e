"""Keys of any type come back from JSON as they were."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import models

from django_reckon.computed.auditing.records import Record, line_of, record_of
from django_reckon.computed.rules.registry import registry
from django_reckon.ground.plain_keys import key_of, plain_key
from tests.computedapp.corners import Cell
from tests.computedapp.models import Member, Shelf, Ticket


def named(field: models.Field[Any, Any]) -> models.Field[Any, Any]:
    """Return a field of no model, under a name."""
    field.set_attributes_from_name("key")
    return field


VIENNA = dt.timezone(dt.timedelta(hours=1))

KEYS = [
    pytest.param(models.BigAutoField(primary_key=True), 2**62 + 1, id="large_number"),
    pytest.param(models.IntegerField(), 0, id="zero"),
    pytest.param(models.CharField(), 'a "b"\n\u2028 ü \U0001d11e \\', id="text"),
    pytest.param(models.CharField(), "", id="empty_text"),
    pytest.param(models.CharField(), "7", id="text_of_a_number"),
    pytest.param(models.BooleanField(), False, id="truth"),
    pytest.param(models.UUIDField(), uuid.UUID(int=7), id="uuid"),
    pytest.param(models.DateField(), dt.date(2024, 2, 29), id="date"),
    pytest.param(
        models.DateTimeField(),
        dt.datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=dt.UTC),
        id="instant",
    ),
    pytest.param(
        models.DateTimeField(),
        dt.datetime(2024, 2, 29, 1, 2, 3, 4, tzinfo=VIENNA),
        id="instant_elsewhere",
    ),
    pytest.param(models.TimeField(), dt.time(1, 2, 3, 4), id="time"),
    pytest.param(
        models.DurationField(),
        dt.timedelta(days=-3, seconds=5, microseconds=7),
        id="duration",
    ),
    pytest.param(
        models.DecimalField(max_digits=30, decimal_places=10),
        Decimal("12345678901234567890.0000000001"),
        id="decimal",
    ),
    pytest.param(models.FloatField(), 0.1 + 0.2, id="float"),
    pytest.param(models.BinaryField(), b"\x00\xff'\"", id="bytes"),
    pytest.param(models.GenericIPAddressField(), "2001:db8::1", id="address"),
]


@pytest.mark.parametrize(("field", "key"), KEYS)
def test_key_comes_back_as_it_was(field: models.Field[Any, Any], key: Any) -> None:
    fields = (named(field),)

    text = json.dumps(plain_key(fields, key))
    back = key_of(fields, json.loads(text))

    assert (back, type(back)) == (key, type(key))


def test_composite_key_comes_back_as_a_tuple() -> None:
    fields = (named(models.UUIDField()), named(models.DateField()))
    key = (uuid.UUID(int=1), dt.date(2024, 1, 31))

    plain = json.loads(json.dumps(plain_key(fields, key)))

    assert plain == ["00000000-0000-0000-0000-000000000001", "2024-01-31"]
    assert key_of(fields, plain) == key


def test_view_of_bytes_comes_back_as_bytes() -> None:
    fields = (named(models.BinaryField()),)

    assert key_of(fields, plain_key(fields, memoryview(b"\x00a"))) == b"\x00a"


def test_key_that_could_not_be_read_back_is_refused() -> None:
    method = {"value_to_string": lambda self, obj: "some coin"}
    coin: Any = type("Coin", (models.CharField,), method)
    fields = (named(coin()),)

    with pytest.raises(ValueError, match=r"value_to_string\(\)"):
        plain_key(fields, Decimal("0.01"))


@pytest.mark.parametrize(
    ("model", "name", "keys"),
    [
        pytest.param(Shelf, "total", (1, 2), id="number"),
        pytest.param(Member, "loan_days", (uuid.UUID(int=5),), id="uuid"),
        pytest.param(Ticket, "text", ((7, 1), (7, 2)), id="two_numbers"),
        pytest.param(
            Cell,
            "json",
            ((uuid.UUID(int=5), dt.date(2024, 2, 29), Decimal("1.50")),),
            id="three_types",
        ),
    ],
)
def test_record_is_one_line_that_comes_back(
    model: type[models.Model], name: str, keys: tuple[Any, ...]
) -> None:
    record = Record(registry.columns[model, name], "other", keys)

    line = line_of(record)

    back = record_of(line)
    assert "\n" not in line
    assert (back.column, back.database, back.keys) == (record.column, "other", keys)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("{", "no JSON", id="cut"),
        pytest.param("[1]", "no object with 'model'", id="list"),
        pytest.param('{"model": "computedapp.Shelf"}', "no object with", id="part"),
        pytest.param(
            '{"model": 1, "database": "default", "field": "total", "pks": []}',
            "no object with",
            id="type",
        ),
        pytest.param(
            '{"model": "nowhere.Shelf", "database": "default", "field": "total", '
            '"pks": [1]}',
            "nowhere",
            id="app",
        ),
        pytest.param(
            '{"model": "Shelf", "database": "default", "field": "total", "pks": [1]}',
            "'Shelf'",
            id="no_app",
        ),
        pytest.param(
            '{"model": "computedapp.Shelf", "database": "default", "field": "label", '
            '"pks": [1]}',
            "'label' is no computed field of 'computedapp.Shelf'. It has: ",
            id="field",
        ),
        pytest.param(
            '{"model": "computedapp.Shelf", "database": "default", "field": "total", '
            '"pks": ["left"]}',
            "'left' is no key of computedapp.Shelf.id",
            id="key",
        ),
        pytest.param(
            '{"model": "computedapp.Shelf", "database": "default", "field": "total", '
            '"pks": [null]}',
            "None is no key",
            id="null",
        ),
        pytest.param(
            '{"model": "computedapp.Shelf", "database": "default", "field": "total", '
            '"pks": 1}',
            "no object with",
            id="lone_key",
        ),
        pytest.param(
            '{"model": "computedapp.Ticket", "database": "default", "field": "text", '
            '"pks": [[7]]}',
            "no list of the columns day, seat",
            id="short_key",
        ),
        pytest.param(
            '{"model": "computedapp.Ticket", "database": "default", "field": "text", '
            '"pks": [7]}',
            "no list of the columns day, seat",
            id="part_of_a_key",
        ),
    ],
)
def test_line_that_holds_no_record_says_why(line: str, words: str) -> None:
    with pytest.raises(ValueError) as caught:
        record_of(line)

    assert words in str(caught.value)
