"""A digest tells values apart by value and by type, in every process alike."""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import os
import re
import subprocess
import sys
import threading
import uuid
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import strategies as st
from psycopg.dbapi20 import Binary
from psycopg.types.json import Json, Jsonb
from psycopg.types.range import Range

from django_reckon.exceptions import ReckonError
from django_reckon.ground.digest import NoDigestError, digest, encode, is_scalar
from tests.unit.values import (
    CONFUSABLE,
    MOMENT,
    VALUES,
    Colour,
    Genre,
    Opaque,
    Rank,
    Wrapped,
)

LONG: Final = "x" * 100_000

DIFFERENT: Final[list[tuple[str, object, object]]] = [
    ("int_bool", 1, True),
    ("zero_false", 0, False),
    ("int_text", 1, "1"),
    ("int_float", 1, 1.0),
    ("int_decimal", 1, decimal.Decimal(1)),
    ("float_decimal", 1.5, decimal.Decimal("1.5")),
    ("bool_text", True, "True"),
    ("none_text", None, "None"),
    ("none_empty_text", None, ""),
    ("none_false", None, False),
    ("none_zero", None, 0),
    ("text_bytes", "a", b"a"),
    ("empty_text_empty_bytes", "", b""),
    ("case", "a", "A"),
    ("trailing_space", "a", "a "),
    ("composed_decomposed", "\u00e9", "e\u0301"),
    ("nul", "a", "a\x00"),
    ("surrogates", "\ud800", "\ud801"),
    ("long_texts_with_other_ends", LONG + "a", LONG + "b"),
    ("long_bytes_with_other_ends", LONG.encode() + b"a", LONG.encode() + b"b"),
    ("huge_ints", 10**4000, 10**4000 + 1),
    ("signs", 1, -1),
    ("neighbouring_floats", 0.1, 0.1 + 2**-56),
    ("infinities", float("inf"), float("-inf")),
    ("date_midnight", dt.date(2020, 1, 1), dt.datetime(2020, 1, 1, tzinfo=dt.UTC)),
    ("date_text", dt.date(2020, 1, 1), "2020-01-01"),
    ("aware_naive", MOMENT, MOMENT.replace(tzinfo=None)),
    ("microsecond", MOMENT, MOMENT.replace(microsecond=1)),
    (
        "fold",
        dt.datetime(2020, 10, 25, 2, 30, fold=0, tzinfo=ZoneInfo("Europe/Berlin")),
        dt.datetime(2020, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin")),
    ),
    ("time_text", dt.time(1), "01:00:00"),
    ("timedelta_seconds", dt.timedelta(seconds=1), 1.0),
    ("timedeltas", dt.timedelta(days=1), dt.timedelta(days=-1)),
    ("uuid_text", uuid.UUID(int=1), str(uuid.UUID(int=1))),
    ("uuid_int", uuid.UUID(int=1), 1),
    ("empty_list_empty_dict", [], {}),
    ("empty_list_none", [], None),
    ("one_and_list_of_one", 1, [1]),
    ("order", [1, 2], [2, 1]),
    ("nesting", [[1], 2], [1, [2]]),
    ("split", ["ab"], ["a", "b"]),
    ("shifted_split", ["a", "bc"], ["ab", "c"]),
    ("inner_type", [1], [True]),
    ("list_set", [1], {1}),
    ("dict_value", {"a": 1}, {"a": 2}),
    ("dict_value_type", {"a": 1}, {"a": "1"}),
    ("dict_key_type", {1: "a"}, {"1": "a"}),
    ("null_or_missing", {"a": None}, {}),
    ("dict_and_pairs", {"a": 1}, [["a", 1]]),
    ("deep", {"a": [{"b": [1]}]}, {"a": [{"b": [2]}]}),
    ("enum_members", Colour.RED, Colour.BLUE),
    ("enum_and_its_value", Colour.RED, 1),
    ("int_enum_members", Rank.FIRST, Rank.SECOND),
    ("jsonb", Jsonb({"a": 1}), Jsonb({"a": 2})),
    ("jsonb_types", Jsonb({"a": 1}), Jsonb({"a": True})),
    ("jsonb_with_other_ends", Jsonb({"a": LONG + "a"}), Jsonb({"a": LONG + "b"})),
    ("json_jsonb", Json({"a": 1}), Jsonb({"a": 1})),
    ("jsonb_and_what_it_wraps", Jsonb({"a": 1}), {"a": 1}),
    ("binaries", Binary(b"a"), Binary(memoryview(b"b"))),
    ("ranges", Range(1, 5), Range(1, 6)),
    ("range_bounds", Range(1, 5, "[)"), Range(1, 5, "[]")),
    ("addresses", Opaque("a"), Opaque("b")),
]
ALIKE: Final[list[tuple[str, object, object]]] = [
    ("bytes_memoryview", b"ab", memoryview(b"ab")),
    ("bytes_bytearray", b"ab", bytearray(b"ab")),
    ("strided_memoryview", b"ac", memoryview(b"abcd")[::2]),
    ("list_tuple", [1, "a"], (1, "a")),
    ("text_safe_text", "a", mark_safe("a")),
    ("int_enum_and_number", Rank.FIRST, 1),
    ("choice_and_text", Genre.NOVEL, "novel"),
    ("dicts", {"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}),
    ("dict_ordered_dict", {"a": 1}, collections.OrderedDict(a=1)),
    ("sets", {"a", "b", "c"}, {"c", "b", "a"}),
    ("set_frozenset", {"a"}, frozenset({"a"})),
    ("enum_members", Colour.RED, Colour.RED),
    ("jsonb", Jsonb({"a": LONG}), Jsonb({"a": LONG})),
    ("binaries", Binary(b"a"), Binary(memoryview(b"a"))),
    ("ranges", Range(1, 5), Range(1, 5)),
    ("addresses", Opaque(["a"]), Opaque(["a"])),
]


def _table(rows: list[tuple[str, object, object]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("first", "second"),
        [pytest.param(first, second, id=name) for name, first, second in rows],
    )


@_table(DIFFERENT)
def test_different_values_have_different_digests(first: object, second: object) -> None:
    assert digest(first) != digest(second)


@_table(ALIKE)
def test_values_that_mean_the_same_share_a_digest(
    first: object, second: object
) -> None:
    assert digest(first) == digest(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(("a", "b"), ("ab",), id="joined"),
        pytest.param(("a", "bc"), ("ab", "c"), id="shifted"),
        pytest.param((), ("",), id="nothing"),
        pytest.param(("a",), ("a", None), id="none_at_the_end"),
        pytest.param((1, 2), ([1, 2],), id="values_and_a_list_of_them"),
        pytest.param(("a", "b"), ("b", "a"), id="order"),
    ],
)
def test_several_values_do_not_run_together(
    first: tuple[object, ...], second: tuple[object, ...]
) -> None:
    assert digest(*first) != digest(*second)


def test_digest_is_32_hexadecimal_characters() -> None:
    assert re.fullmatch("[0-9a-f]{32}", digest("anything", 1))


@given(VALUES, VALUES)
def test_values_with_one_encoding_are_the_same(first: Any, second: Any) -> None:
    assert _is_same(first, second) or encode(first) != encode(second)


@given(CONFUSABLE, CONFUSABLE)
def test_values_that_look_alike_have_encodings_of_their_own(
    first: Any, second: Any
) -> None:
    assert (encode(first) == encode(second)) == _is_same(first, second)


@given(st.lists(CONFUSABLE, max_size=3), st.lists(CONFUSABLE, max_size=3))
def test_encodings_in_a_row_can_be_told_apart(
    first: list[Any], second: list[Any]
) -> None:
    same = _is_same(first, second)

    assert (b"".join(map(encode, first)) == b"".join(map(encode, second))) == same


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(lambda: None, id="function"),
        pytest.param(threading.Lock(), id="lock"),
        pytest.param((number for number in range(3)), id="generator"),
        pytest.param([1, {"a": threading.Lock()}], id="nested"),
        pytest.param(Opaque(threading.Lock()), id="attribute"),
        pytest.param(Jsonb([threading.Lock()]), id="wrapped"),
    ],
)
def test_value_that_cannot_be_encoded_is_refused(value: object) -> None:
    with pytest.raises(NoDigestError, match="No digest for a value of type"):
        digest(value)


def test_refusal_names_the_type() -> None:
    with pytest.raises(NoDigestError, match=r"_thread\.lock"):
        digest(threading.Lock())


def test_refusal_is_one_of_ours_and_a_type_error() -> None:
    assert issubclass(NoDigestError, ReckonError)
    assert issubclass(NoDigestError, TypeError)


def test_value_with_more_than_the_wrapped_one_is_told_by_all_of_it() -> None:
    """An attribute named obj does not make a value a driver's JSON wrapper."""
    assert digest(Wrapped("a", mode="exact")) != digest(Wrapped("a", mode="fuzzy"))


@pytest.mark.parametrize(
    ("value", "scalar"),
    [
        pytest.param(None, True, id="none"),
        pytest.param(1, True, id="int"),
        pytest.param("a", True, id="text"),
        pytest.param(b"a", True, id="bytes"),
        pytest.param(MOMENT, True, id="instant"),
        pytest.param([1], False, id="list"),
        pytest.param({"a": 1}, False, id="dict"),
        pytest.param({1}, False, id="set"),
        pytest.param(Rank.FIRST, False, id="enum"),
        pytest.param(Jsonb(1), False, id="wrapper"),
    ],
)
def test_scalar_is_a_single_plain_value(value: object, *, scalar: bool) -> None:
    assert is_scalar(value) is scalar


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["0", "1", "2"])
def test_digest_is_the_same_in_every_process(seed: str) -> None:
    """Hashes of text differ between processes; the order of sets follows them."""
    values = '{"a", "b", "c"}, {"k": frozenset({"x", "y", "z"})}, (1, "1", None, 1.5)'
    code = f"from django_reckon.ground.digest import digest; print(digest({values}))"

    process = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )

    here = digest(
        {"a", "b", "c"}, {"k": frozenset({"x", "y", "z"})}, (1, "1", None, 1.5)
    )
    assert process.stdout.strip() == here


def _is_same(first: object, second: object) -> bool:
    """Compare by value and type, all the way down; zero and minus zero differ."""
    if type(first) is not type(second):
        return False
    if isinstance(first, list) and isinstance(second, list):
        pairs = zip(first, second, strict=False)
        return len(first) == len(second) and all(_is_same(a, b) for a, b in pairs)
    if isinstance(first, dict) and isinstance(second, dict):
        return list(first) == list(second) and all(
            _is_same(first[key], second[key]) for key in first
        )
    if isinstance(first, decimal.Decimal | float):
        return repr(first) == repr(second)
    return first == second
