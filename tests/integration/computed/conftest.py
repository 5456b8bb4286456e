"""Fixtures of this directory."""

from __future__ import annotations

import pytest

from tests.integration.computed.shop import Shop
from tests.support.acting import ACTS, Act
from tests.support.fixtures import _django_db_helper as _django_db_helper
from tests.support.fixtures import forgetful as forgetful


@pytest.fixture(params=["sync", "async"])
def act(request: pytest.FixtureRequest) -> Act:
    """Run the test with plain methods and with their async twins."""
    return ACTS[request.param]


@pytest.fixture
def shop() -> Shop:
    """Return a few rows of each model; the test asks for the database."""
    return Shop()
