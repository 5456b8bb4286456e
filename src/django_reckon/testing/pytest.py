"""
Fixtures for pytest, for those who ask for them.

Nothing is loaded by itself; name the module in the conftest.py at the root::

    pytest_plugins = ["django_reckon.testing.pytest"]

It needs pytest-django.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from django_reckon.testing.sync import assert_in_sync


@pytest.fixture
def computed_in_sync(db: None) -> Iterator[None]:
    """
    Fail the test if it leaves a computed field that its function does not say.

    All models with computed fields are looked at, in the database that each is read
    from. It comes with a test by its argument, or by the mark
    ``pytest.mark.usefixtures("computed_in_sync")``.
    """
    yield
    assert_in_sync()
