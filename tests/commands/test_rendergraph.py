"""rendergraph writes what its file's name or --format says, or what is missing."""

from __future__ import annotations

import io
import os
import shutil
import stat
import subprocess
import sys
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from django_reckon.computed.rules.problems import problem_of
from django_reckon.computed.rules.registry import registry
from django_reckon.exceptions import UnknownDependencyError
from tests.computedapp.models import Room, Shelf
from tests.source import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SVG: Final = "{http://www.w3.org/2000/svg}"


def run(*arguments: str) -> str:
    """Call the command and return what it wrote to the standard output."""
    out = io.StringIO()
    call_command("rendergraph", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def failure(*arguments: str) -> str:
    """Call the command and return why it failed."""
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    assert caught.value.returncode == 1
    return str(caught.value)


def arrows(svg: str) -> set[tuple[str, str]]:
    """Return the arrows of a drawing: from, to."""
    return {
        (str(path.get("data-from")), str(path.get("data-to")))
        for path in ElementTree.fromstring(svg).iter(f"{SVG}path")
        if path.get("data-from")
    }


@pytest.fixture
def no_programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Leave one empty folder on the PATH."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def fake_dot(no_programs: Path) -> Path:
    """Put a program on the PATH that returns its arguments and its input."""
    program = no_programs / "dot"
    code = "import sys; print('drawn', *sys.argv[1:]); print(sys.stdin.read())"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{code}" "$@"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


@pytest.mark.parametrize(
    ("name", "beginning"),
    [
        ("graph.dot", 'digraph "computed fields" {'),
        ("graph.gv", 'digraph "computed fields" {'),
        ("graph.mmd", "flowchart LR"),
        ("graph.mermaid", "flowchart LR"),
        ("graph.svg", "<svg "),
        ("GRAPH.SVG", "<svg "),
    ],
)
def test_end_of_the_name_says_what_to_write(
    tmp_path: Path, name: str, beginning: str
) -> None:
    path = tmp_path / name

    shown = run(str(path))

    assert path.read_text("utf-8").startswith(beginning)
    assert shown == ""


def test_format_overrides_the_end_of_the_name(tmp_path: Path) -> None:
    path = tmp_path / "graph.svg"

    run("--format", "mermaid", str(path))

    assert path.read_text("utf-8").startswith("flowchart LR")


def test_every_computed_field_is_drawn() -> None:
    svg = run("--format", "svg", "-")

    nodes = {e.get("data-node") for e in ElementTree.fromstring(svg).iter()}
    assert {column.label for column in registry.columns.values()} <= nodes


def test_fields_of_the_same_model_are_drawn_too() -> None:
    drawn = arrows(run("--format", "svg", "-"))

    assert ("computedapp.Shelf.label", "computedapp.Shelf.upper") in drawn
    assert ("computedapp.Shelf.upper", "computedapp.Shelf.summary") in drawn


@pytest.mark.parametrize(
    "labels",
    [["computedapp.Room"], ["computedapp.room"], ["computedapp.Room"] * 2],
    ids=["label", "spelling", "twice"],
)
def test_model_limits_the_graph_to_what_leads_there_or_from_there(
    labels: list[str],
) -> None:
    drawn = arrows(run("--format", "svg", "-", *labels))

    assert drawn == {
        ("computedapp.Room.name", "computedapp.Room.sign"),
        ("computedapp.Room.name", "computedapp.Hall.poster"),
        ("computedapp.Room.sign", "computedapp.Hall.poster"),
    }


def test_app_limits_the_graph_to_its_models() -> None:
    everything = arrows(run("--format", "svg", "-"))

    drawn = arrows(run("--format", "svg", "-", "computedapp"))

    app = "computedapp."
    assert drawn == {
        arrow for arrow in everything if any(end.startswith(app) for end in arrow)
    }


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        pytest.param(["nowhere"], "nowhere", id="app"),
        pytest.param(["computedapp.Nothing"], "Nothing", id="model"),
        pytest.param(["auth"], "No computed fields match auth", id="no_fields"),
    ],
)
def test_label_that_leads_nowhere_is_an_error(
    tmp_path: Path, labels: list[str], words: str
) -> None:
    path = tmp_path / "graph.svg"

    assert words in failure(str(path), *labels)
    assert not path.exists()


@pytest.mark.parametrize("name", ["graph", "graph.png", ".svg"])
def test_name_that_tells_nothing_is_an_error(name: str) -> None:
    message = failure(name)

    assert repr(name) in message
    assert ".svg" in message
    assert "--format" in message


def test_standard_output_needs_a_format() -> None:
    assert "--format" in failure("-")


def test_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "no" / "such" / "folder" / "graph.svg"

    assert repr(str(path)) in failure(str(path))


@pytest.mark.parametrize(
    "arguments",
    [["--format", "pdf"], ["--format", "svg", "--engine", "dot"]],
    ids=["pdf", "svg_by_dot"],
)
def test_missing_graphviz_is_an_error_with_its_remedy(
    no_programs: Path, tmp_path: Path, arguments: list[str]
) -> None:
    path = tmp_path / "graph"

    message = failure(*arguments, str(path))

    assert "'dot'" in message
    assert "Install Graphviz" in message
    assert not path.exists()


@pytest.mark.parametrize("form", ["dot", "mermaid", "svg"])
def test_nothing_else_needs_graphviz(no_programs: Path, form: str) -> None:
    assert "Shelf" in run("--format", form, "-")


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (["graph.pdf"], "-Tpdf"),
        (["--engine", "dot", "graph.svg"], "-Tsvg"),
    ],
)
def test_graphviz_is_given_the_graph_in_dot(
    fake_dot: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: list[str],
    option: str,
) -> None:
    monkeypatch.chdir(tmp_path)

    run(*arguments)

    (path,) = tmp_path.glob("graph.*")
    assert path.read_text("utf-8") == f"drawn {option}\n{run('--format=dot', '-')}\n"


def test_failure_of_graphviz_is_told(fake_dot: Path, tmp_path: Path) -> None:
    fake_dot.write_text("#!/bin/sh\necho 'syntax error in line 1' >&2\nexit 3\n")
    path = tmp_path / "graph.pdf"

    message = failure(str(path))

    assert "status 3" in message
    assert "syntax error in line 1" in message
    assert not path.exists()


@pytest.mark.skipif(
    shutil.which("dot") is None, reason="needs Graphviz's program dot on the PATH"
)
@pytest.mark.parametrize(
    ("arguments", "beginning"),
    [(["graph.pdf"], b"%PDF-"), (["--engine", "dot", "graph.svg"], b"<?xml")],
)
def test_graphviz_draws(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: list[str],
    beginning: bytes,
) -> None:
    monkeypatch.chdir(tmp_path)

    run(*arguments)

    (path,) = tmp_path.glob("graph.*")
    assert path.read_bytes().startswith(beginning)


def test_pdf_is_refused_by_a_stream_of_text(fake_dot: Path) -> None:
    fake_dot.write_text("#!/bin/sh\nprintf '\\377\\376'\n")

    assert "Name a file" in failure("--format", "pdf", "-")


def test_wrong_declaration_is_told_and_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    error = UnknownDependencyError("It is wrong.", path="x", model="y")
    wrong = [problem_of(Shelf, "broken", error), problem_of(Room, "other", error)]
    monkeypatch.setattr(registry, "problems", wrong)
    out, err = io.StringIO(), io.StringIO()

    call_command(
        "rendergraph",
        *("--no-color", "--format", "svg", "-", "computedapp.Shelf"),
        stdout=out,
        stderr=err,
    )

    told = "computedapp.Shelf.broken is left out: It is wrong."
    assert err.getvalue().splitlines() == [told]
    assert ("computedapp.Shelf.label", "computedapp.Shelf.upper") in arrows(
        out.getvalue()
    )


def test_project_without_computed_fields_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry, "columns", {})

    assert "No computed fields are there" in failure("--format", "svg", "-")


@pytest.mark.slow
def test_every_process_draws_the_same() -> None:
    """Sets of Python are ordered differently in each process."""
    command = [sys.executable, "-m", "django", "rendergraph", "--format", "svg", "-"]

    drawings = {
        subprocess.run(
            command,
            cwd=ROOT,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "tests.settings",
                "PYTHONHASHSEED": str(seed),
            },
            check=True,
            capture_output=True,
        ).stdout
        for seed in (1, 2, 3)
    }

    (drawing,) = drawings
    assert drawing.startswith(b"<svg ")
    assert drawing.endswith(b"</svg>\n")
