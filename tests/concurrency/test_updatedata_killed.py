"""updatedata, killed again and again at any moment."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final

import pytest

from tests.commands.computed import APP, SPOILT, World, call, spoil
from tests.computedapp.models import Copy, Country, Shelf, Title
from tests.concurrency.computed.effort import effort
from tests.source import ROOT
from tests.support.database import committing
from tests.support.workers import PATIENCE, lend_databases

if TYPE_CHECKING:
    from typing import IO

pytestmark = [committing, pytest.mark.slow]

KILLS: Final = effort(quick=3, ci=3, most=50)
ROWS: Final = 30
# Seconds from the first line of a report within which it is killed: a run takes about
# as long as that.
LONGEST: Final = 0.5


@pytest.fixture
def world(db: None) -> World:
    """Write rows enough for a run that can be met in the middle."""
    world = World()
    world.build()
    title = world.all(Title)[:1].get()
    for at in range(ROWS):
        shelf = world.all(Shelf).create(label=f"more {at}")
        world.all(Copy).create(title=title, shelf=shelf, price=at, amount=1)
    return world


def start(*arguments: str) -> subprocess.Popen[bytes]:
    """Start a command that prints each line at once."""
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "django", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def spoil_everything(world: World) -> None:
    """Let values be wrong by themselves, and others by sources that moved unseen."""
    for model, name, value in SPOILT:
        spoil(world.all(model), **{name: value})
    spoil(world.all(Country), code=random.choice(["CH", "DE", "IT"]))
    spoil(world.all(Copy), amount=random.randint(1, 9))


def line_of(stream: IO[bytes] | None) -> bytes:
    assert stream is not None
    return stream.readline()


@pytest.mark.parametrize(
    "more", [pytest.param([], id="alone"), pytest.param(["--parallel", "2"], id="two")]
)
def test_run_after_kills_leaves_nothing_wrong(
    world: World, monkeypatch: pytest.MonkeyPatch, more: list[str]
) -> None:
    lend_databases(monkeypatch)
    arguments = ("updatedata", APP, "--querysize", "1", *more)
    ended = []

    for _ in range(KILLS):
        spoil_everything(world)
        process = start(*arguments)
        line_of(process.stdout)
        time.sleep(random.uniform(0, LONGEST))
        process.kill()
        # Its end is the end of its workers too, for they hold the pipes.
        _, told = process.communicate(timeout=PATIENCE)
        ended.append(process.returncode)
        # The interpreter itself complains of a worker that was only just being made.
        assert b"django_reckon" not in told

    assert -signal.SIGKILL in ended
    done = call(*arguments)
    assert (done.status, done.failure) == (0, "")
    assert world.wrong() == set()
