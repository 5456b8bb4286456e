"""serve_stale_for: an old count for those who would else wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from django_reckon.counts.chain import chain_for
from django_reckon.protocols import CountEntry
from tests.support.database import committing
from tests.support.keys import flight_lock
from tests.support.world import add_essays
from tests.testapp.models import Essay

if TYPE_CHECKING:
    from pytest_django import Settings

    from tests.support.clock import FakeClock
    from tests.support.twins import Twin

pytestmark = committing


@pytest.fixture(autouse=True)
def _cache_that_obeys_the_clock(settings: Settings) -> None:
    """A lock in Redis would fall free by Redis's own clock."""
    settings.FAST_COUNT_CACHE = {"BACKEND": "django", "OPTIONS": {"alias": "locmem"}}


@pytest.fixture
def _somebody_counts(fake_clock: FakeClock) -> None:
    """Keep a count of two, let it expire, and let another process be counting."""
    add_essays(2)
    Essay.patient.count()
    add_essays(1)
    fake_clock.advance(700.0)
    now = fake_clock.now()
    store = chain_for(Essay.patient.policy).shared
    store.add(flight_lock(Essay.patient.all()), CountEntry(1, now, now + 30, now + 30))


@pytest.mark.usefixtures("_somebody_counts")
def test_caller_gets_the_stale_count_while_another_process_counts(twin: Twin) -> None:
    info = twin.info(Essay.patient.all())

    assert (info.value, info.stale, info.exact) == (2, True, False)
    assert info.age == pytest.approx(700.0, abs=0.01)


@pytest.mark.usefixtures("_somebody_counts")
def test_stale_count_that_was_served_is_not_made_fresh_by_it(
    twin: Twin, fake_clock: FakeClock
) -> None:
    twin.count(Essay.patient.all())
    fake_clock.advance(31.0)

    info = twin.info(Essay.patient.all())

    assert (info.value, info.source) == (3, "exact")


@pytest.mark.usefixtures("_somebody_counts")
def test_count_inside_a_transaction_is_never_stale(twin: Twin) -> None:
    with transaction.atomic():
        info = twin.info(Essay.patient.all())

    assert (info.value, info.stale) == (3, False)
