"""updatedata --from-json: the rows that checkdata found, and what follows from them."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.commands.computed import APP, SPOILT, World, call, records, spoil
from tests.computedapp.models import Copy, Shelf, Tag, Ticket, Title
from tests.support.database import committing
from tests.support.statements import watched

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = committing


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where checkdata writes."""
    return tmp_path / "found.jsonl"


def line(field: str, pks: list[Any], **other: Any) -> str:
    model, _, name = field.rpartition(".")
    record = {"model": model, "database": "default", "field": name, "pks": pks}
    return json.dumps(record | other) + "\n"


@pytest.mark.parametrize("size", ["1", "2", "1000"])
def test_what_was_found_is_mended(world: World, path: Path, size: str) -> None:
    for model, name, value in SPOILT:
        spoil(world.all(model), **{name: value})
    call("checkdata", APP, "--json", str(path), "--querysize", size)

    done = call("updatedata", "--from-json", str(path), "--querysize", size)

    assert done.status == 0
    assert world.wrong() == set()


def test_what_follows_is_mended_as_well(world: World, path: Path) -> None:
    spoil(world.all(Title), name="Gamma")
    call("checkdata", "computedapp.Title", "--json", str(path))

    call("updatedata", "--from-json", str(path))

    assert "Gamma" in world.all(Shelf)[:1].get().summary


def test_other_rows_are_left_alone(world: World, path: Path) -> None:
    spoil(world.all(Tag), names="wrong")
    left = world.all(Shelf).get(label="left")
    spoil(world.all(Shelf), total=5)
    path.write_text(line("computedapp.Shelf.total", [left.pk]))

    call("updatedata", "--from-json", str(path))

    assert ("computedapp.Shelf.total", left.pk) not in world.wrong()
    assert len(world.wrong()) == 3


def test_second_run_writes_nothing(world: World, path: Path) -> None:
    spoil(world.all(Shelf), total=5)
    call("checkdata", APP, "--json", str(path))
    call("updatedata", "--from-json", str(path))

    with watched() as statements:
        done = call("updatedata", "--from-json", str(path), "--json")

    assert [each["written"] for each in records(done.out)] == [0]
    assert not any(sql.startswith("UPDATE") for sql in statements.sql)


def test_standard_input_is_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(world.all(Ticket), text="wrong")
    found = call("checkdata", APP, "--silent", "--json", "-").out
    monkeypatch.setattr(sys, "stdin", io.StringIO(found))

    done = call("updatedata", "--from-json", "-")

    assert done.status == 0
    assert world.wrong() == set()


def test_rows_that_are_gone_are_no_error(world: World, path: Path) -> None:
    path.write_text(line("computedapp.Shelf.total", [10**9]))

    done = call("updatedata", "--from-json", str(path))

    assert (done.status, done.out.splitlines()[-1]) == (0, "0 rows read, 0 written.")


def test_empty_file_is_no_error(world: World, path: Path) -> None:
    path.write_text("\n")

    assert (
        call("updatedata", "--from-json", str(path)).out == "0 rows read, 0 written.\n"
    )


@pytest.mark.parametrize("mode", ["loop", "bulk", "fast"])
def test_mode_may_be_chosen(world: World, path: Path, mode: str) -> None:
    spoil(world.all(Copy), place="wrong")
    call("checkdata", APP, "--json", str(path))

    call("updatedata", "--from-json", str(path), "--mode", mode)

    assert world.wrong() == set()


def test_database_of_the_file_is_used(world: World, path: Path) -> None:
    there = World("other")
    there.build()
    spoil(there.all(Tag), names="wrong")
    call("checkdata", APP, "--database", "other", "--json", str(path))

    call("updatedata", "--from-json", str(path))

    assert there.wrong() == set()


def test_database_of_the_option_comes_first(world: World, path: Path) -> None:
    """Checked on a replica, say, and mended where it can be written."""
    spoil(world.all(Tag), names="wrong")
    keys = [tag.pk for tag in world.all(Tag)]
    path.write_text(line("computedapp.Tag.names", keys, database="other"))

    call("updatedata", "--from-json", str(path), "--database", "default")

    assert world.wrong() == set()


def test_labels_beside_a_file_are_an_error(path: Path) -> None:
    done = call("updatedata", APP, "--from-json", str(path))

    assert done.status == 1
    assert done.failure == (
        "--from-json takes its models from the file. Leave out computedapp."
    )


def test_missing_file_is_an_error(path: Path) -> None:
    done = call("updatedata", "--from-json", str(path))

    assert done.status == 1
    assert done.failure.startswith(f"{str(path)!r} cannot be read: ")


def test_file_that_is_no_text_is_an_error(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\x00")

    done = call("updatedata", "--from-json", str(path))

    assert done.status == 1
    assert "cannot be read" in done.failure


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param('{"model": "comp', "it is no JSON", id="cut"),
        pytest.param("All in sync", "it is no JSON", id="report"),
        pytest.param("[]", "it is no object with", id="list"),
        pytest.param(
            line("computedapp.Shlf.total", [1]), "computedapp.Shlf", id="model"
        ),
        pytest.param(
            line("computedapp.Shelf.label", [1]), "is no computed field", id="field"
        ),
        pytest.param(
            line("computedapp.Shelf.total", ["x"]), "'x' is no key of", id="key"
        ),
        pytest.param(
            line("computedapp.Ticket.text", [[1]]), "no list of the columns", id="parts"
        ),
    ],
)
def test_line_that_cannot_be_used_is_named(
    world: World, path: Path, text: str, words: str
) -> None:
    spoil(world.all(Tag), names="wrong")
    keys = [tag.pk for tag in world.all(Tag)]
    path.write_text(line("computedapp.Tag.names", keys) + text)

    done = call("updatedata", "--from-json", str(path))

    assert done.status == 1
    assert done.failure.startswith(f"Line 2 of {str(path)!r} cannot be used: ")
    assert words in done.failure
    assert done.failure.endswith("Make the file anew by checkdata --json.")
    # The first line was good.
    assert world.wrong() == set()


def test_line_of_an_unknown_database_is_an_error(world: World, path: Path) -> None:
    path.write_text(line("computedapp.Tag.names", [1], database="nowhere"))

    done = call("updatedata", "--from-json", str(path))

    assert done.status == 1
    assert "'nowhere'" in done.failure
