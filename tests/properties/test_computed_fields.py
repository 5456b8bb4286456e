"""Whatever is written, in whatever order: computed columns hold what they must."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.db import connection
from django.db.models import DecimalField, IntegerField, JSONField, Model
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings

from django_reckon.models import (
    background_updates,
    deferred_updates,
    immediate_updates,
)
from tests import choices
from tests.properties.computed.oracle import EXPECTED, differences
from tests.properties.computed.story import Story, stories
from tests.properties.computed.tables import rows
from tests.support.database import committing
from tests.support.drift import drifted

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from pytest_django import Settings

    from tests.properties.computed.story import Step
    from tests.support.snapshot import Snapshot

pytestmark = [committing, pytest.mark.slow]

_SEQUENCES: Final = choices.examples(ci=500, quick=50)
# In parts, which several workers share; the strategies take turns.
PARTS: Final[dict[str, Callable[[], AbstractContextManager[object]]]] = {
    "immediate": immediate_updates,
    "immediate again": immediate_updates,
    "deferred": deferred_updates,
    "background": background_updates,
}
_A_PART: Final = -(-_SEQUENCES // len(PARTS))
# From so many on, somebody watches and wants to see how far it got.
_LONG: Final = 1_000
# A function computed for each field of each row takes long; a few sequences will do.
_SHARE: Final = 20
_COLUMNS: Final = [(model, name) for model in EXPECTED for name in EXPECTED[model]]

sequences = hypothesis_settings(
    suppress_health_check=list(HealthCheck),
    # To tell which lines only failures run takes longer than to read the steps.
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)


@dataclass(slots=True)
class Progress:
    """Says now and then how many sequences are done."""

    say: Callable[[str], None]
    began: float = field(default_factory=time.monotonic)
    done: int = 0

    def step(self) -> None:
        """Count one more."""
        self.done += 1
        if _SEQUENCES >= _LONG and self.done % (_A_PART // 20) == 0:
            seconds = time.monotonic() - self.began
            each = 1_000 * seconds / self.done
            self.say(
                f"{connection.display_name}: {self.done:,} of {_A_PART:,} sequences"
                f" in {seconds:.0f} s, {each:.0f} ms each"
            )


@pytest.fixture
def progress(capsys: pytest.CaptureFixture[str]) -> Progress:
    """Return a counter that speaks past pytest's capture."""

    def say(line: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()

    return Progress(say)


@pytest.fixture(autouse=True)
def _nobody(settings: Settings) -> None:
    """Let what is left for later be done when the story looks, and not before."""
    settings.COMPUTEDFIELDS_DISPATCHER = (
        "django_reckon.testing.RecordingUpdateDispatcher"
    )


@pytest.fixture
def world(db: None) -> Snapshot:
    """Return the rows that each sequence begins with, which stand there now."""
    snapshot = rows()
    snapshot.restore()
    return snapshot


@pytest.mark.parametrize("updates", PARTS.values(), ids=PARTS)
@hypothesis_settings(sequences, max_examples=_A_PART)
@given(steps=stories())
def test_stored_is_what_plain_rows_say(
    world: Snapshot,
    progress: Progress,
    updates: Callable[[], AbstractContextManager[object]],
    steps: list[Step],
) -> None:
    world.restore()

    with updates():
        Story().tell(steps)

    progress.step()


@hypothesis_settings(sequences, max_examples=max(_SEQUENCES // _SHARE, 1))
@given(steps=stories())
def test_stored_is_what_the_functions_say(world: Snapshot, steps: list[Step]) -> None:
    world.restore()

    Story().tell(steps)

    assert drifted(*EXPECTED) == []


@pytest.mark.parametrize(
    ("model", "name"), _COLUMNS, ids=lambda each: getattr(each, "__name__", each)
)
def test_wrong_value_is_noticed(world: Snapshot, model: type[Model], name: str) -> None:
    """The oracle would fail, were a value wrong."""
    assert differences() == []
    column: Any = next(f for f in model._meta.concrete_fields if f.attname == name)

    with connection.cursor() as cursor:
        quote = connection.ops.quote_name
        cursor.execute(
            f"UPDATE {quote(model._meta.db_table)} SET {quote(column.column)} = %s",
            [_wrong(column)],
        )

    lines = [line for line in differences() if f").{name} holds" in line]
    rows = model._base_manager.count()
    assert len(lines) == rows > 0


def _wrong(column: Any) -> int | str:
    """Return a value that no row of the world has in any column of that kind."""
    if isinstance(column, JSONField):
        return '{"nobody": 1}'
    is_number = isinstance(column, DecimalField | IntegerField)
    return 77 if is_number or column.is_relation else "wrong"
