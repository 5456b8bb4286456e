"""What two runs of the same tests make of each other; pure values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from tests.django_suite.expected import Expected

__all__ = ["Difference", "Kind", "Outcome", "differences", "label_of", "repeatable"]

# As assertNumQueries fails: "3 != 1 : 3 queries executed, 1 expected".
_QUERY_COUNT: Final = re.compile(r"\d+ != \d+ : \d+ queries executed, \d+ expected")
# "setUpClass (basic.tests.ModelTest)": the class stands for its tests.
_CLASS: Final = re.compile(r"^\w+ \((.+)\)$")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one test ended, in unittest's words, and what it said."""

    word: str
    why: str = ""


class Kind(Enum):
    """What to think of a difference."""

    EXPECTED = "expected"
    # The mode reads rows before they are written; this test counts queries.
    COUNTS = "counts queries"
    # It was there in one run and not in the next.
    UNSTEADY = "unsteady"
    UNEXPECTED = "UNEXPECTED"


@dataclass(frozen=True, slots=True)
class Difference:
    """
    One test that ends differently with the capture installed.

    Attributes:
        test: Dotted name, as unittest gives it.
        without: Outcome without the capture.
        within: Outcome with it.
        kind: What to think of it.
        reason: Why it is to be so; empty when nobody knows.
    """

    test: str
    without: Outcome
    within: Outcome
    kind: Kind
    reason: str = ""


def repeatable(name: str) -> str:
    """Return what runs again what that name stands for."""
    found = _CLASS.match(name)
    return found[1] if found else name


def label_of(test: str) -> str:
    """Return the folder of a test."""
    return repeatable(test).partition(".")[0]


def differences(
    without: Mapping[str, Outcome],
    within: Mapping[str, Outcome],
    expected: Mapping[str, Expected],
    *,
    adds_queries: bool,
) -> list[Difference]:
    """Return the tests that ended differently, by name."""
    absent = Outcome("did not run")
    found = []
    for test in _names(without, within):
        old, new = without.get(test, absent), within.get(test, absent)
        if old.word == new.word:
            continue
        if test in expected:
            kind, reason = Kind.EXPECTED, expected[test].reason
        elif adds_queries and _QUERY_COUNT.search(new.why):
            kind, reason = Kind.COUNTS, ""
        else:
            kind, reason = Kind.UNEXPECTED, ""
        found.append(Difference(test, old, new, kind, reason))
    return found


def _names(*runs: Iterable[str]) -> list[str]:
    return sorted({test for run in runs for test in run})
