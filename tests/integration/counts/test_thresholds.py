"""Which counts are kept: large ones, slow ones, precached ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from django_reckon.models import FastCount
from tests.support.database import committing
from tests.support.statements import is_count
from tests.support.world import add_essays
from tests.testapp.models import Essay

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.clock import FakeClock
    from tests.support.twins import Twin

pytestmark = committing


def slow_counts(clock: FakeClock, seconds: float) -> Callable[..., Any]:
    """Return an execute wrapper under which every COUNT takes that long."""

    def wrapper(
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,
        context: Any,
    ) -> Any:
        if is_count(sql):
            clock.advance(seconds)
        return execute(sql, params, many, context)

    return wrapper


@pytest.mark.parametrize(("rows", "kept"), [(2, 0), (3, 1), (4, 1)])
def test_counts_from_the_threshold_on_are_kept(
    rows: int, kept: int, twin: Twin
) -> None:
    add_essays(rows)

    counted = twin.count(Essay.threshold.all())

    assert counted == rows
    assert FastCount.objects.count() == kept


def test_threshold_of_zero_keeps_a_count_of_no_rows(twin: Twin) -> None:
    policy = replace(Essay.objects.policy, cache_counts_larger_than=0)
    essays: Any = Essay.objects.all()

    twin.count(essays.adopt(policy))

    info = twin.info(essays.all())
    assert (info.value, info.source) == (0, "cache")


@pytest.mark.parametrize(("seconds", "kept"), [(1.9, 0), (2.0, 1), (60.0, 1)])
def test_counts_that_took_long_are_kept_whatever_their_size(
    seconds: float, kept: int, twin: Twin, fake_clock: FakeClock
) -> None:
    add_essays(1)

    with connection.execute_wrapper(slow_counts(fake_clock, seconds)):
        counted = twin.count(Essay.slow.all())

    assert counted == 1
    assert FastCount.objects.count() == kept


def test_slow_count_is_not_kept_where_nobody_asked_for_it(
    twin: Twin, fake_clock: FakeClock
) -> None:
    add_essays(1)

    with connection.execute_wrapper(slow_counts(fake_clock, 3600.0)):
        twin.count(Essay.threshold.all())

    assert not FastCount.objects.exists()


def test_promise_runs_from_when_counting_began(
    twin: Twin, fake_clock: FakeClock
) -> None:
    """Rows that came while the COUNT ran may be missing in it."""
    add_essays(1)
    began = fake_clock.now()

    with connection.execute_wrapper(slow_counts(fake_clock, 100.0)):
        twin.count(Essay.objects.all())

    row = FastCount.objects.get()
    assert row.last_updated.timestamp() == pytest.approx(began, abs=0.001)
    assert row.expires_at.timestamp() <= began + 600.001
