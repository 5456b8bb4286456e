"""Whatever the queryset: its fast count is the plain one while nobody writes."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from django.core.cache import caches
from django.core.exceptions import EmptyResultSet
from hypothesis import HealthCheck, given, settings

from django_reckon.counts.small import small
from django_reckon.models import FastCount
from tests.properties.steps import Walk, walks
from tests.properties.world import fill
from tests.support.database import committing
from tests.support.keys import key_of
from tests.support.twins import plain_count

if TYPE_CHECKING:
    from collections.abc import Callable

    from django_reckon.protocols import CountKey

pytestmark = [committing, pytest.mark.slow]

# What asking gave: a number, or the kind of error the database answered with.
Answer: TypeAlias = int | type[Exception]

# The world is made once for all examples; none of them changes it.
in_one_world = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(params=[1, 2], ids=lambda seed: f"world_{seed}")
def world(db: None, request: pytest.FixtureRequest) -> None:
    """Fill one of a few worlds."""
    fill(random.Random(request.param))


@in_one_world
@given(walks())
def test_fast_count_is_the_plain_count(world: None, asked: list[Walk]) -> None:
    _empty_stores()
    plain = [_answer(plain_count, walk) for walk in asked]

    for walk, expected in zip(asked, plain, strict=True):
        assert _answer(_fast_count, walk) == expected, f"{walk}, asked first"
        assert _answer(_fast_count, walk) == expected, f"{walk}, asked again"
    for walk, expected in zip(asked, plain, strict=True):
        assert _answer(_fast_count, walk) == expected, f"{walk}, all others kept"


@in_one_world
@given(walks())
def test_count_from_the_table_is_the_plain_count(
    world: None, asked: list[Walk]
) -> None:
    """As for a process that starts while others have counted."""
    _empty_stores()
    plain = [_answer(plain_count, walk) for walk in asked]
    for walk in asked:
        _answer(_fast_count, walk)
    _empty_caches()

    for walk, expected in zip(asked, plain, strict=True):
        assert _answer(_fast_count, walk) == expected, str(walk)


@in_one_world
@given(walks())
def test_one_key_has_one_count(world: None, asked: list[Walk]) -> None:
    counts: dict[CountKey, tuple[Walk, Answer]] = {}

    for walk in asked:
        key = _key(walk)
        if key is not None:
            count = _answer(plain_count, walk)
            first, known = counts.setdefault(key, (walk, count))
            assert known == count, f"{first} and {walk} share a key"


def _fast_count(rows: Any) -> int:
    value: int = rows.count_info().value
    return value


def _answer(count: Callable[[Any], int], walk: Walk) -> Answer:
    try:
        return count(walk.queryset())
    except Exception as error:  # noqa: BLE001 - whatever it is, both must give it
        return type(error)


def _key(walk: Walk) -> CountKey | None:
    """Return the key; None for a query that has none, be it empty or refused."""
    try:
        return key_of(walk.queryset())
    except EmptyResultSet:
        return None
    except Exception:
        # What Django cannot count either need not have a key.
        if isinstance(_answer(plain_count, walk), int):
            raise
        return None


def _empty_stores() -> None:
    """Begin each example with nothing kept."""
    _empty_caches()
    FastCount._base_manager.all().delete()


def _empty_caches() -> None:
    """Forget what this process and the cache keep; the table keeps what it has."""
    for cache in caches.all():
        cache.clear()
    small.clear()
