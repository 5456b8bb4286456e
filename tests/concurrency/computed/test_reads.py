"""Whatever is written, rolled back and read in between: every answer is right."""

from __future__ import annotations

import random
from typing import Final

import pytest

from django_reckon.models import deferred_updates
from tests.concurrency.computed import fuzz
from tests.concurrency.computed.effort import effort
from tests.properties.computed.oracle import differences
from tests.properties.computed.tables import rows
from tests.support.database import committing

pytestmark = [committing, pytest.mark.slow]

_SEEDS: Final = effort(quick=10, ci=15, most=200)
_STEPS: Final = 60


@pytest.fixture
def _world(db: None) -> None:
    rows().restore()


@pytest.mark.usefixtures("_world")
@pytest.mark.parametrize("seed", range(_SEEDS))
def test_every_read_between_writes_is_answered_rightly(seed: int) -> None:
    """The failure tells the steps; the seed is in the test's name."""
    steps = fuzz.steps(random.Random(seed), _STEPS)

    with deferred_updates():
        fuzz.ReadingStory().tell(steps)

    assert differences() == []
