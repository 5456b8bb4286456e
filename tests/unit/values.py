"""Values of many kinds, for tests of what tells them apart."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import uuid
from typing import Any, Final, TypeAlias

from django.db import models
from hypothesis import strategies as st

__all__ = ["CONFUSABLE", "VALUES", "Colour", "Genre", "Opaque", "Rank", "Wrapped"]

# JSON-like nesting of parameter values; a recursive alias would need a forward
# reference that says no more.
Value: TypeAlias = Any

MOMENT: Final = dt.datetime(2020, 2, 29, 12, 30, tzinfo=dt.UTC)


class Rank(enum.IntEnum):
    """Members that are numbers."""

    FIRST = 1
    SECOND = 2


class Genre(models.TextChoices):
    """Members that are texts."""

    NOVEL = "novel"
    ESSAY = "essay"


class Colour(enum.Enum):
    """Members that are neither."""

    RED = 1
    BLUE = 2


class Opaque:
    """A value whose repr is its address in memory."""

    def __init__(self, content: object) -> None:
        self.content = content


class Wrapped:
    """What a driver may define: a value, and how it is to be sent."""

    def __init__(self, obj: object, mode: str) -> None:
        self.obj = obj
        self.mode = mode


SCALARS: Final[st.SearchStrategy[Value]] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(),
    st.binary(),
    st.decimals(allow_nan=False),
    st.dates(),
    st.datetimes(timezones=st.just(dt.UTC) | st.none()),
    st.times(),
    st.timedeltas(),
    st.uuids(),
)
# Few values that look alike, so that examples collide if anything can.
CONFUSABLE_SCALARS: Final[st.SearchStrategy[Value]] = st.sampled_from(
    [
        None,
        False,
        True,
        0,
        1,
        -1,
        11,
        0.0,
        1.0,
        "",
        "0",
        "1",
        "11",
        "None",
        "True",
        "i1:1",
        "s1:1",
        b"",
        b"1",
        b"i1:1",
        decimal.Decimal(1),
        decimal.Decimal("1.0"),
        dt.date(2020, 1, 1),
        dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
        dt.datetime(2020, 1, 1),  # noqa: DTZ001 - naive on purpose
        dt.time(),
        dt.timedelta(),
        uuid.UUID(int=0),
        str(uuid.UUID(int=0)),
    ]
)


def _nested(scalars: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    return st.recursive(
        scalars,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["", "a", "b", "1"]), inner, max_size=2)
        ),
        max_leaves=6,
    )


VALUES: Final = _nested(SCALARS)
CONFUSABLE: Final = _nested(CONFUSABLE_SCALARS)
