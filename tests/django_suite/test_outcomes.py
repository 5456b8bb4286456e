"""Two runs of Django's tests are compared test by test."""

from __future__ import annotations

import pytest

from tests.django_suite.expected import Expected
from tests.django_suite.outcomes import (
    Kind,
    Outcome,
    differences,
    label_of,
    repeatable,
)

pytestmark = pytest.mark.once

PASSED = Outcome("passed")
COUNTED = Outcome("failure", "AssertionError: 3 != 1 : 3 queries executed, 1 expected")


def test_same_ending_is_no_difference() -> None:
    runs = {"basic.tests.A.test_a": PASSED}

    assert not differences(runs, runs, {}, adds_queries=False)


@pytest.mark.parametrize(
    ("within", "adds_queries", "kind"),
    [
        ({"basic.A.test": Outcome("error")}, False, Kind.UNEXPECTED),
        ({"basic.A.test": Outcome("error")}, True, Kind.UNEXPECTED),
        ({"basic.A.test": COUNTED}, False, Kind.UNEXPECTED),
        ({"basic.A.test": COUNTED}, True, Kind.COUNTS),
        ({}, True, Kind.UNEXPECTED),
    ],
    ids=["error", "error-rows", "count-plain", "count-rows", "not-run"],
)
def test_difference_is_judged(
    within: dict[str, Outcome], adds_queries: bool, kind: Kind
) -> None:
    without = {"basic.A.test": PASSED}

    (found,) = differences(without, within, {}, adds_queries=adds_queries)

    assert found.kind is kind


def test_listed_difference_is_expected_and_says_why() -> None:
    expected = {"basic.A.test": Expected("It patches the compiler.")}
    within = {"basic.A.test": Outcome("failure")}

    (found,) = differences(
        {"basic.A.test": PASSED}, within, expected, adds_queries=False
    )

    assert (found.kind, found.reason) == (Kind.EXPECTED, "It patches the compiler.")


def test_broken_class_is_run_again_whole() -> None:
    assert repeatable("setUpClass (basic.tests.ModelTest)") == "basic.tests.ModelTest"
    assert repeatable("basic.tests.ModelTest.test_a") == "basic.tests.ModelTest.test_a"
    assert label_of("setUpClass (basic.tests.ModelTest)") == "basic"
