"""The runner that writes down how each of Django's tests ended."""

from __future__ import annotations

import json
import os
import unittest
from pathlib import Path
from typing import Any, Final, TypeAlias

from django.test.runner import DiscoverRunner
from typing_extensions import override

from tests.django_suite.mode import RESULTS

__all__ = ["RecordingResult", "RecordingRunner"]

# What unittest hands on: class, value and traceback, or three times None.
Error: TypeAlias = Any

# Of several endings of one test, subtests or a failing tearDown, the first named here.
_WORST_FIRST: Final = ("error", "failure", "unexpected success", "skipped", "expected")


class RecordingResult(unittest.TextTestResult):
    """Outcomes by test; in a parallel run, those of all processes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin with none."""
        super().__init__(*args, **kwargs)
        self.outcomes: dict[str, tuple[str, str]] = {}

    def note(self, test: unittest.TestCase, outcome: str, why: str = "") -> None:
        """Keep the outcome unless a worse one is known."""
        known = self.outcomes.get(test.id(), ("passed", ""))
        if _rank(outcome) <= _rank(known[0]):
            self.outcomes[test.id()] = (outcome, why)

    @override
    def addSuccess(self, test: unittest.TestCase) -> None:
        super().addSuccess(test)
        self.note(test, "passed")

    @override
    def addError(self, test: unittest.TestCase, err: Error) -> None:
        super().addError(test, err)
        self.note(test, "error", self.errors[-1][1])

    @override
    def addFailure(self, test: unittest.TestCase, err: Error) -> None:
        super().addFailure(test, err)
        self.note(test, "failure", self.failures[-1][1])

    @override
    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        super().addSkip(test, reason)
        self.note(test, "skipped", reason)

    @override
    def addExpectedFailure(self, test: unittest.TestCase, err: Error) -> None:
        super().addExpectedFailure(test, err)
        self.note(test, "expected")

    @override
    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:
        super().addUnexpectedSuccess(test)
        self.note(test, "unexpected success")

    @override
    def addSubTest(
        self, test: unittest.TestCase, subtest: unittest.TestCase, err: Error | None
    ) -> None:
        super().addSubTest(test, subtest, err)
        if err is not None:
            is_failure = issubclass(err[0], test.failureException)
            log = self.failures if is_failure else self.errors
            self.note(test, "failure" if is_failure else "error", log[-1][1])


class RecordingRunner(DiscoverRunner):
    """Django's runner, which also leaves the outcomes in a file."""

    @override
    def get_resultclass(self) -> type[RecordingResult]:
        return RecordingResult

    @override
    def suite_result(
        self, suite: unittest.TestSuite, result: Any, **kwargs: Any
    ) -> int:
        # Not when the result is told to stop, which it is when a worker breaks down.
        text = json.dumps(result.outcomes, indent=0, sort_keys=True)
        Path(os.environ[RESULTS]).write_text(text, encoding="utf-8")
        return super().suite_result(suite, result, **kwargs)


def _rank(outcome: str) -> int:
    if outcome in _WORST_FIRST:
        return _WORST_FIRST.index(outcome)
    return len(_WORST_FIRST)
