"""checkdata and updatedata as processes of a shell's pipe."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.commands.computed import APP, SPOILT, World, spoil
from tests.computedapp.models import Tag
from tests.source import ROOT
from tests.support.database import committing
from tests.support.workers import PATIENCE, lend_databases

if TYPE_CHECKING:
    from typing import IO

pytestmark = [committing, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _lent(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let other processes work on the same databases."""
    lend_databases(monkeypatch)
    # A pipe is read in blocks unless somebody says so.
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)


def start(
    *arguments: str, stdin: IO[bytes] | int | None = None
) -> subprocess.Popen[bytes]:
    """Start a command whose output somebody else reads."""
    return subprocess.Popen(
        [sys.executable, "-m", "django", *arguments],
        cwd=ROOT,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_what_one_process_finds_another_mends(world: World) -> None:
    for model, name, value in SPOILT:
        spoil(world.all(model), **{name: value})

    arguments = ("--silent", "--json", "-", "--querysize", "2")
    check = start("checkdata", APP, *arguments)
    update = start("updatedata", "--from-json", "-", stdin=check.stdout)
    assert check.stdout is not None
    check.stdout.close()
    out, problem = update.communicate(timeout=PATIENCE)
    assert check.stderr is not None
    with check.stderr as stream:
        check_problem = stream.read()

    assert (check.wait(PATIENCE), check_problem) == (1, b"")
    assert (update.returncode, problem) == (0, b"")
    assert out.splitlines()[-1].endswith(b" written.")
    assert world.wrong() == set()


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["checkdata", APP], id="report"),
        pytest.param(["checkdata", APP, "--silent", "--json", "-"], id="json"),
        pytest.param(["updatedata", APP], id="updates"),
        pytest.param(["showdependencies"], id="dependencies"),
    ],
)
def test_reader_that_went_away_is_no_traceback(
    world: World, arguments: list[str]
) -> None:
    spoil(world.all(Tag), names="wrong")

    process = start(*arguments)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    with process.stderr as stream:
        told = stream.read().decode()
    status = process.wait(PATIENCE)

    assert status == 1
    assert "Nobody reads the output any more." in told
    assert "BrokenPipeError" not in told
    assert "Traceback" not in told
