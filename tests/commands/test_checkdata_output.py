"""checkdata: what it prints, where, and what it leaves unsaid."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.commands.computed import APP, World, call, differing, records, spoil
from tests.commands.test_precache_fast_counts_output import Screen
from tests.computedapp.corners import Fuse
from tests.computedapp.models import Shelf, Tag, Title
from tests.support.database import committing

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = committing

SHELF = "computedapp.Shelf"


def test_report_names_tables_fields_and_keys(world: World) -> None:
    spoil(world.all(Shelf), total=5)
    keys = [shelf.pk for shelf in world.all(Shelf).order_by("pk")]

    lines = call("checkdata", SHELF).out.splitlines()

    assert lines[0] == "computedapp.Shelf on default: 3 rows"
    assert "  upper: in sync" in lines
    assert f"  total: 3 out of sync (pk {', '.join(map(str, keys))})" in lines


def test_only_the_first_keys_are_printed(world: World) -> None:
    for at in range(10):
        Shelf.objects.create(label=str(at))
    spoil(world.all(Shelf), total=5)

    (line,) = [x for x in call("checkdata", SHELF).out.splitlines() if "total" in x]

    assert line.startswith("  total: 13 out of sync (pk ")
    assert line.endswith(", ...)")
    assert line.count(",") == 5


def test_only_the_first_errors_are_printed(world: World) -> None:
    for _ in range(8):
        Fuse.objects.create(text="fine")
    spoil(world.all(Fuse), text="boom")

    done = call("checkdata", "computedapp.Fuse")

    assert done.err.count("no length") == 5
    assert "3 more values cannot be computed." in done.err


def test_what_follows_is_named(world: World) -> None:
    """The dearest title changed its name: its line is wrong, and what quotes it."""
    spoil(world.all(Title).filter(name="Beta"), name="Gamma")

    lines = call("checkdata", "computedapp.Title").out.splitlines()

    at = lines.index("What follows from these and may be wrong as well, on default:")
    assert sorted(lines[at + 1 :]) == [
        "  computedapp.Shelf.pride: 3 rows",
        "  computedapp.Shelf.summary: 3 rows",
    ]


def test_what_follows_leaves_out_what_is_known_to_be_wrong(world: World) -> None:
    spoil(world.all(Title).filter(name="Beta"), name="Gamma")
    spoil(world.all(Shelf).filter(label="left"), summary="wrong")

    done = call("checkdata", "computedapp.Title", SHELF)

    assert "  computedapp.Shelf.summary: 2 rows" in done.out.splitlines()


def test_nothing_follows_where_nothing_differs(world: World) -> None:
    assert "What follows" not in call("checkdata", APP).out


def test_what_follows_can_be_skipped(world: World) -> None:
    spoil(world.all(Title), name="Gamma")

    assert "What follows" not in call("checkdata", APP, "--skip-tainted").out


def test_silence_leaves_the_status(world: World) -> None:
    spoil(world.all(Tag), names="wrong")

    done = call("checkdata", APP, "--silent")

    assert (done.status, done.out, done.err) == (1, "", "")


def test_json_goes_to_a_file_and_the_report_to_the_screen(
    world: World, tmp_path: Path
) -> None:
    spoil(world.all(Tag), names="wrong")
    path = tmp_path / "found.jsonl"

    done = call("checkdata", APP, "--json", str(path))

    key = world.all(Tag).get().pk
    assert records(path.read_text("utf-8")) == [
        {
            "model": "computedapp.Tag",
            "database": "default",
            "field": "names",
            "pks": [key],
        }
    ]
    assert "  names: 1 out of sync" in done.out


def test_json_of_nothing_is_an_empty_file(world: World, tmp_path: Path) -> None:
    path = tmp_path / "found.jsonl"
    path.write_text("of the last run")

    call("checkdata", APP, "--json", str(path))

    assert path.read_text("utf-8") == ""


def test_json_on_standard_output_is_alone_there(world: World) -> None:
    spoil(world.all(Tag), names="wrong")

    done = call("checkdata", APP, "--json", "-")

    assert len(differing(done.out)) == 1
    assert "  names: 1 out of sync" in done.err


def test_file_that_cannot_be_written_is_an_error(world: World, tmp_path: Path) -> None:
    path = tmp_path / "missing" / "found.jsonl"

    done = call("checkdata", APP, "--json", str(path))

    assert done.status == 1
    assert done.failure.startswith(f"{str(path)!r} cannot be written: ")


def test_progress_is_shown_on_a_terminal(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)

    done = call("checkdata", SHELF, "--progress", "--querysize", "2")

    assert "computedapp.Shelf" in screen.getvalue()
    assert "2/2" in screen.getvalue()
    assert done.status == 0


@pytest.mark.parametrize("command", ["checkdata", "updatedata"])
def test_progress_without_its_package_is_an_error_in_words(
    world: World, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setitem(sys.modules, "tqdm", None)

    done = call(command, SHELF, "--progress")

    assert done.status == 1
    assert "django-reckon[progress]" in done.failure


@pytest.mark.parametrize("options", [[], ["--json", "-"]], ids=["text", "json"])
def test_nothing_goes_past_the_given_streams(
    world: World, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    spoil(world.all(Tag), names="wrong")

    call("checkdata", APP, "--progress", *options)

    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")
