"""Tests of Django that must end differently when writes are captured, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tests.django_suite.mode import Mode

__all__ = ["EXPECTED", "Expected", "expected_in"]


@dataclass(frozen=True, slots=True)
class Expected:
    """
    Why one test differs.

    Attributes:
        reason: A sentence.
        modes: Those it differs in.
    """

    reason: str
    modes: tuple[Mode, ...] = ("plain", "relations", "rows")


EXPECTED: Final[Mapping[str, Expected]] = {
    "bulk_create.tests.BulkCreateTransactionTests.test_no_unnecessary_transaction": (
        Expected(
            "It counts 1 query for a single INSERT outside a transaction (Django 6.1)."
            " A listener is told within one, so that it and the write succeed or fail"
            " together: BEGIN, INSERT, COMMIT. Watch(atomic=False) does without."
        )
    ),
    "model_inheritance.tests.ModelInheritanceTests.test_update_parent_filtering": (
        Expected(
            "It compares the first statement with an UPDATE; the one before it reads"
            " the rows, as the listener asked.",
            modes=("rows",),
        )
    ),
    "delete.tests.FastDeleteTests.test_fast_delete_all": (
        Expected(
            "It wants no SELECT among the statements; the rows are read, as the"
            " listener asked.",
            modes=("rows",),
        )
    ),
}


def expected_in(mode: Mode) -> dict[str, Expected]:
    """Return what differs in that mode."""
    return {test: each for test, each in EXPECTED.items() if mode in each.modes}
