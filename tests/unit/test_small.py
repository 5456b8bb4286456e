"""Counts not worth keeping are remembered for a while, and not too many of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from django_reckon.counts.small import MAX_KEYS, REMEMBER_SECONDS, SmallCounts
from tests.unit.entries import key_of

if TYPE_CHECKING:
    from tests.support.clock import FakeClock


@pytest.fixture
def small() -> SmallCounts:
    return SmallCounts()


def test_nothing_is_known_at_first(small: SmallCounts) -> None:
    assert not small.knows(key_of("a"))


def test_count_that_was_not_kept_is_known(small: SmallCounts) -> None:
    small.note(key_of("a"), kept=False)

    assert small.knows(key_of("a"))
    assert not small.knows(key_of("b"))


def test_count_that_grew_is_known_no_more(small: SmallCounts) -> None:
    small.note(key_of("a"), kept=False)

    small.note(key_of("a"), kept=True)

    assert not small.knows(key_of("a"))


def test_count_that_shrank_is_known_again(small: SmallCounts) -> None:
    small.note(key_of("a"), kept=True)

    small.note(key_of("a"), kept=False)

    assert small.knows(key_of("a"))


def test_managers_with_other_thresholds_are_told_apart(small: SmallCounts) -> None:
    """What is small to one manager may be kept, and so looked up, by another."""
    small.note(key_of("a", manager="rarely"), kept=False)

    assert not small.knows(key_of("a", manager="objects"))


def test_memory_lasts_a_while(small: SmallCounts, fake_clock: FakeClock) -> None:
    small.note(key_of("a"), kept=False)

    fake_clock.advance(REMEMBER_SECONDS - 0.01)

    assert small.knows(key_of("a"))


def test_memory_fades(small: SmallCounts, fake_clock: FakeClock) -> None:
    small.note(key_of("a"), kept=False)

    fake_clock.advance(REMEMBER_SECONDS)

    assert not small.knows(key_of("a"))


def test_noting_again_renews_the_memory(
    small: SmallCounts, fake_clock: FakeClock
) -> None:
    small.note(key_of("a"), kept=False)
    fake_clock.advance(REMEMBER_SECONDS - 1)

    small.note(key_of("a"), kept=False)
    fake_clock.advance(REMEMBER_SECONDS - 1)

    assert small.knows(key_of("a"))


def test_as_many_as_promised_are_remembered(small: SmallCounts) -> None:
    for number in range(MAX_KEYS):
        small.note(key_of(number), kept=False)

    assert MAX_KEYS == 4096
    assert small.knows(key_of(0))


def test_one_too_many_pushes_out_the_oldest(small: SmallCounts) -> None:
    for number in range(MAX_KEYS + 1):
        small.note(key_of(number), kept=False)

    assert not small.knows(key_of(0))
    assert small.knows(key_of(1))
    assert small.knows(key_of(MAX_KEYS))


def test_renewed_count_is_no_longer_the_oldest(small: SmallCounts) -> None:
    for number in range(MAX_KEYS):
        small.note(key_of(number), kept=False)

    small.note(key_of(0), kept=False)
    small.note(key_of("one more"), kept=False)

    assert small.knows(key_of(0))
    assert not small.knows(key_of(1))


def test_clearing_forgets_everything(small: SmallCounts) -> None:
    small.note(key_of("a"), kept=False)

    small.clear()

    assert not small.knows(key_of("a"))
