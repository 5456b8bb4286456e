"""How long a kept count answers, to the second."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from django.core.cache import cache

from django_reckon.models import FastCount
from tests.support.database import committing
from tests.support.world import add_books, add_essays
from tests.testapp.models import Book, Essay

if TYPE_CHECKING:
    from pytest_django import Settings

    from tests.support.clock import FakeClock
    from tests.support.twins import Twin

pytestmark = committing

# What Book.objects promises.
PROMISE: Final = 300.0
# Jitter may take this part of the promise away.
JITTER: Final = 0.1


@pytest.mark.parametrize("cleared", [False, True], ids=["cache", "table"])
def test_count_answers_until_the_earliest_end_of_its_promise(
    cleared: bool,
    twin: Twin,
    fake_clock: FakeClock,
) -> None:
    add_books(2)
    twin.count(Book.objects.all())
    add_books(1)
    fake_clock.advance(PROMISE * (1 - JITTER) - 1)
    if cleared:
        cache.clear()

    info = twin.info(Book.objects.all())

    assert (info.value, info.source) == (2, "stored" if cleared else "cache")


@pytest.mark.parametrize("cleared", [False, True], ids=["cache", "table"])
def test_count_never_answers_beyond_its_promise(
    cleared: bool,
    twin: Twin,
    fake_clock: FakeClock,
) -> None:
    add_books(2)
    twin.count(Book.objects.all())
    add_books(1)
    fake_clock.advance(PROMISE)
    if cleared:
        cache.clear()

    info = twin.info(Book.objects.all())

    assert (info.value, info.source) == (3, "exact")


def test_table_hit_does_not_begin_the_promise_anew(
    twin: Twin, fake_clock: FakeClock
) -> None:
    add_books(2)
    twin.count(Book.objects.all())
    add_books(1)
    fake_clock.advance(PROMISE / 2)
    cache.clear()
    twin.count(Book.objects.all())

    fake_clock.advance(PROMISE / 2)

    assert twin.count(Book.objects.all()) == 3


def test_expired_row_is_replaced(twin: Twin, fake_clock: FakeClock) -> None:
    add_books(2)
    twin.count(Book.objects.all())
    add_books(1)
    fake_clock.advance(PROMISE)

    twin.count(Book.objects.all())

    assert FastCount.objects.get().count == 3


def test_jitter_only_shortens_and_spreads(fake_clock: FakeClock) -> None:
    books = add_books(40)

    for book in books:
        Book.objects.filter(pk=book.pk).count()

    lives = [
        (row.expires_at - row.last_updated).total_seconds()
        for row in FastCount.objects.all()
    ]
    assert len(lives) == 40
    assert max(lives) <= PROMISE
    assert min(lives) >= PROMISE * (1 - JITTER)
    assert len({round(life, 3) for life in lives}) > 20


def test_precached_count_lives_as_long_as_promised(
    twin: Twin, fake_clock: FakeClock
) -> None:
    add_books(2)

    twin.precache(Book.objects)

    lives = {
        round((row.expires_at - row.last_updated).total_seconds(), 3)
        for row in FastCount.objects.all()
    }
    assert lives == {PROMISE}


def test_age_tells_seconds_since_counting(twin: Twin, fake_clock: FakeClock) -> None:
    add_books(2)
    twin.count(Book.objects.all())
    fake_clock.advance(42.0)

    info = twin.info(Book.objects.all())

    assert info.age == pytest.approx(42.0, abs=0.01)
    assert (info.exact, info.stale) == (False, False)


def test_count_made_for_the_call_is_exact_and_new(twin: Twin) -> None:
    add_books(2)

    info = twin.info(Book.objects.all())

    assert (info.value, info.source, info.exact, info.age, info.stale) == (
        2,
        "exact",
        True,
        0.0,
        False,
    )


def test_lone_caller_after_expiry_gets_a_new_count_although_stale_is_allowed(
    twin: Twin, fake_clock: FakeClock
) -> None:
    add_essays(2)
    twin.count(Essay.patient.all())
    add_essays(1)
    fake_clock.advance(601.0)

    info = twin.info(Essay.patient.all())

    assert (info.value, info.source, info.stale) == (3, "exact", False)


def test_small_count_is_forgotten_after_a_minute(
    twin: Twin, fake_clock: FakeClock, settings: Settings
) -> None:
    """Another process may have kept the count in the table meanwhile."""
    settings.FAST_COUNT_CACHE = "null"
    add_essays(2)
    twin.count(Essay.threshold.all())
    twin.precache(Essay.threshold)
    add_essays(1)

    assert twin.count(Essay.threshold.all()) == 2
