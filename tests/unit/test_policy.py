"""A manager's configuration is judged once, and says all that is wrong with it."""

from __future__ import annotations

import datetime as dt
import pickle
from typing import Any, Final

import pytest

from django_reckon.counts.policy import CountPolicy
from django_reckon.protocols import Retention

SECOND: Final = dt.timedelta(seconds=1)
MINUTE: Final = dt.timedelta(minutes=1)


def test_defaults_are_those_of_the_manual() -> None:
    policy = CountPolicy()

    assert policy.problems == ()
    assert policy.retention == Retention(1_000_000, None, 600.0, 0.0)
    assert policy.precache_seconds == 600.0
    assert policy.lock_seconds == 900.0
    assert not policy.disable_forked_precaching


@pytest.mark.parametrize(
    ("every", "timeout", "seconds"),
    [
        pytest.param(10 * MINUTE, None, 900.0, id="one_and_a_half_periods"),
        pytest.param(MINUTE, None, 300.0, id="at_least_300_seconds"),
        pytest.param(200 * SECOND, None, 300.0, id="both_alike"),
        pytest.param(201 * SECOND, None, 301.5, id="just_longer"),
        pytest.param(MINUTE, 20, 20.0, id="seconds"),
        pytest.param(MINUTE, 20 * SECOND, 20.0, id="timedelta"),
        pytest.param(MINUTE, SECOND / 2, 0.5, id="part_of_a_second"),
    ],
)
def test_lock_lasts_as_long_as_it_should(
    every: dt.timedelta, timeout: dt.timedelta | int | None, seconds: float
) -> None:
    policy = CountPolicy(precache_count_every=every, precache_lock_timeout=timeout)

    assert policy.problems == ()
    assert policy.lock_seconds == seconds
    assert isinstance(policy.lock_seconds, float)


def test_retention_holds_the_times_in_seconds() -> None:
    policy = CountPolicy(
        cache_counts_larger_than=5,
        cache_counts_slower_than=SECOND / 4,
        expire_cached_counts_after=MINUTE,
        serve_stale_for=SECOND,
    )

    assert policy.retention == Retention(5, 0.25, 60.0, 1.0)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        pytest.param("cache_counts_larger_than", 0, id="every_count"),
        pytest.param("serve_stale_for", dt.timedelta(), id="never_stale"),
        pytest.param("cache_counts_slower_than", SECOND / 1_000_000, id="microsecond"),
        pytest.param("precache_lock_timeout", 1, id="one_second"),
        pytest.param("resolvers", ("exact",), id="resolvers"),
    ],
)
def test_extreme_argument_is_no_problem(argument: str, value: Any) -> None:
    assert CountPolicy(**{argument: value}).problems == ()


WRONG: Final = [
    pytest.param("precache_count_every", 600, id="every_in_seconds"),
    pytest.param("precache_count_every", dt.timedelta(), id="every_zero"),
    pytest.param("precache_count_every", -SECOND, id="every_negative"),
    pytest.param("precache_count_every", None, id="every_none"),
    pytest.param("expire_cached_counts_after", 600, id="expiry_in_seconds"),
    pytest.param("expire_cached_counts_after", dt.timedelta(), id="expiry_zero"),
    pytest.param("expire_cached_counts_after", None, id="expiry_none"),
    pytest.param("cache_counts_slower_than", 1.5, id="slowness_in_seconds"),
    pytest.param("cache_counts_slower_than", dt.timedelta(), id="slowness_zero"),
    pytest.param("serve_stale_for", -SECOND, id="stale_negative"),
    pytest.param("serve_stale_for", 60, id="stale_in_seconds"),
    pytest.param("serve_stale_for", None, id="stale_none"),
    pytest.param("cache_counts_larger_than", -1, id="size_negative"),
    pytest.param("cache_counts_larger_than", 1.5, id="size_fraction"),
    pytest.param("cache_counts_larger_than", True, id="size_bool"),
    pytest.param("cache_counts_larger_than", "1000", id="size_text"),
    pytest.param("cache_counts_larger_than", None, id="size_none"),
    pytest.param("precache_lock_timeout", 0, id="lock_zero"),
    pytest.param("precache_lock_timeout", -1, id="lock_negative"),
    pytest.param("precache_lock_timeout", 1.5, id="lock_fraction"),
    pytest.param("precache_lock_timeout", True, id="lock_bool"),
    pytest.param("precache_lock_timeout", dt.timedelta(), id="lock_zero_duration"),
    # Added to the time of day, these leave the calendar.
    pytest.param("precache_count_every", dt.timedelta.max, id="every_endless"),
    pytest.param("expire_cached_counts_after", dt.timedelta.max, id="expiry_endless"),
    pytest.param("serve_stale_for", dt.timedelta.max, id="stale_endless"),
    pytest.param("precache_lock_timeout", dt.timedelta.max, id="lock_endless"),
]


@pytest.mark.parametrize(("argument", "value"), WRONG)
def test_wrong_argument_is_named_with_its_remedy(argument: str, value: Any) -> None:
    (problem,) = CountPolicy(**{argument: value}).problems

    assert problem.startswith(f"{argument} is {value!r}. Give ")
    assert problem.endswith(".")


def test_every_problem_is_told() -> None:
    wrong: dict[str, Any] = {
        "precache_count_every": 1,
        "expire_cached_counts_after": 2,
        "cache_counts_slower_than": 3,
        "serve_stale_for": 4,
        "cache_counts_larger_than": -5,
        "precache_lock_timeout": -6,
    }

    problems = CountPolicy(**wrong).problems

    assert [problem.partition(" is ")[0] for problem in problems] == list(wrong)


def test_policy_with_problems_promises_to_keep_nothing() -> None:
    policy = CountPolicy(cache_counts_larger_than=-1)

    assert policy.retention.fresh_for == 0.0
    assert policy.retention.stale_for == 0.0


@pytest.mark.parametrize(
    ("value", "seconds", "kept"),
    [
        pytest.param(9, 0.0, False, id="small_and_quick"),
        pytest.param(10, 0.0, True, id="at_the_threshold"),
        pytest.param(11, 0.0, True, id="larger"),
        pytest.param(0, 0.5, True, id="as_slow_as_said"),
        pytest.param(0, 0.49, False, id="just_quicker"),
    ],
)
def test_large_or_slow_counts_are_kept(
    value: int, seconds: float, *, kept: bool
) -> None:
    retention = Retention(10, 0.5, 60.0, 0.0)

    assert retention.keeps(value, seconds) is kept


def test_slowness_alone_keeps_nothing_unless_asked_for() -> None:
    retention = Retention(10, None, 60.0, 0.0)

    assert not retention.keeps(9, 1e9)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        pytest.param({}, {}, True, id="defaults"),
        pytest.param({}, {"manager_name": "rarely"}, True, id="manager"),
        pytest.param({}, {"cache_counts_larger_than": 1}, True, id="threshold"),
        pytest.param({}, {"cache": "null"}, False, id="cache"),
        pytest.param({}, {"resolvers": ["exact"]}, False, id="resolvers"),
    ],
)
def test_policies_share_stores_unless_they_name_others(
    first: dict[str, Any], second: dict[str, Any], *, same: bool
) -> None:
    assert (CountPolicy(**first).backends == CountPolicy(**second).backends) is same


def test_policy_survives_pickling() -> None:
    """A queryset carries it, and querysets may be pickled."""
    policy = CountPolicy(manager_name="rarely", serve_stale_for=MINUTE)

    assert pickle.loads(pickle.dumps(policy)) == policy
