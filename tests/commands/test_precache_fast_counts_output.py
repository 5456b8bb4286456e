"""precache_fast_counts: results go to standard output, all else to standard error."""

from __future__ import annotations

import io
import sys

import pytest
from django.db.models.sql import Query
from typing_extensions import override

from tests.commands.runs import BOOK, Declares, broken, run
from tests.support.database import committing

pytestmark = committing


class Screen(io.StringIO):
    """A standard error that is a terminal."""

    @override
    def isatty(self) -> bool:
        return True


def test_text_names_managers_and_querysets(books: None) -> None:
    lines = run(BOOK, "--manager", "objects").out.splitlines()

    assert lines[0] == "testapp.Book.objects on default"
    assert lines[1].startswith("  .all(): 3 in ")
    assert lines[2].startswith("  fast_count_querysets()[0]: 2 in ")
    assert lines[3].startswith("  fast_count_querysets()[1]: 1 in ")
    assert lines[4] == "3 counts of 1 manager kept, 0 expired rows purged."
    assert len(lines) == 5


def test_large_counts_are_grouped(
    declare: Declares, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare()
    monkeypatch.setattr(Query, "get_count", lambda self, using: 1234567)

    assert ".all(): 1,234,567 in " in run(BOOK, "--manager", "objects").out


def test_json_is_one_object_a_line(books: None) -> None:
    done = run("--json", BOOK)

    assert [set(each) for each in done.reports] == [
        {"model", "manager", "database", "results", "skipped"}
    ] * 2
    assert done.managers == ["testapp.Book.objects", "testapp.Book.rarely"]


def test_json_tells_all_about_a_count(books: None) -> None:
    (report,) = run("--json", BOOK, "--manager", "objects").reports

    first = report["results"][0]
    assert set(first) == {"queryset", "digest", "count", "error", "seconds"}
    assert (first["queryset"], first["count"]) == (".all()", 3)
    assert first["error"] is None
    assert len(first["digest"]) == 32
    assert first["seconds"] >= 0.0


def test_json_prints_nothing_else(books: None, declare: Declares) -> None:
    declare(broken())

    done = run("--json", BOOK)

    assert len(done.reports) == 2
    assert done.status == 1


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["text", "json"])
def test_nothing_goes_past_the_given_streams(
    books: None, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    run(BOOK, "--progress", *options)

    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_progress_is_shown_on_a_terminal(
    books: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)

    done = run(BOOK, "--progress", "--json", "--manager", "objects")

    assert "testapp.Book.objects" in screen.getvalue()
    assert "3/3" in screen.getvalue()
    assert len(done.reports) == 1


def test_progress_is_not_shown_in_a_pipe(
    books: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = io.StringIO()
    monkeypatch.setattr(sys, "stderr", pipe)

    run(BOOK, "--progress")

    assert pipe.getvalue() == ""


def test_nothing_is_shown_unless_asked_for(
    books: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)

    run(BOOK)

    assert screen.getvalue() == ""


def test_progress_without_its_package_is_an_error_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "tqdm", None)

    done = run(BOOK, "--progress")

    assert done.status == 1
    assert "django-reckon[progress]" in done.failure + done.err
