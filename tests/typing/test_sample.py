"""The sample project, in the eyes of every type checker."""

from __future__ import annotations

import pytest

from tests.typing import checkers
from tests.typing.checkers import CHECKERS, Checker
from tests.typing.expectations import expectations
from tests.typing.reveals import FILE, PAGE, page, revealed, rows

pytestmark = pytest.mark.slow

each_checker = pytest.mark.parametrize("checker", CHECKERS, ids=lambda c: c.name)


@each_checker
def test_checker_finds_what_is_wrong_and_nothing_else(checker: Checker) -> None:
    found = [
        each
        for each in checkers.kept_findings(checker)
        if each.code and each.file != FILE
    ]
    expected = expectations(checker.name)

    unmet = [e for e in expected if not any(e.is_met_by(each) for each in found)]
    surplus = [each for each in found if not any(e.is_met_by(each) for e in expected)]

    assert (unmet, surplus) == ([], [])


@each_checker
def test_every_reveal_is_right_or_a_known_limit(checker: Checker) -> None:
    types = revealed(checkers.kept_findings(checker))
    is_right = {
        row.name: row.is_right(types[row.line], types[row.twin_line]) for row in rows()
    }
    limited = {row.name for row in rows() if checker.name in row.limits}

    assert {name for name, right in is_right.items() if not right} == limited


def test_page_shows_what_the_checkers_say() -> None:
    """Run `python -m tests.typing.reveals` after a change to the sample."""
    found = {
        checker.name: revealed(checkers.kept_findings(checker)) for checker in CHECKERS
    }

    assert PAGE.read_text("utf-8") == page(found)
