"""Fixtures of this directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection, connections

from tests import capabilities
from tests.concurrency.computed.crowd import Crowd
from tests.concurrency.computed.market import UPDATES, Market

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager


@pytest.fixture
def crowd(db: None) -> Iterator[Crowd]:
    """Yield eight threads; they are gone before the database is emptied."""
    crowd = Crowd(8)
    yield crowd
    crowd.leave()


@pytest.fixture
def market(db: None) -> Market:
    """Return parents without children."""
    return Market.open()


@pytest.fixture(params=sorted(UPDATES))
def updates(
    request: pytest.FixtureRequest,
) -> Callable[[], AbstractContextManager[object]]:
    """Run the test with each strategy; it chooses in the thread that writes."""
    return UPDATES[request.param]


@pytest.fixture
def queued(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Let transactions queue up where only one may write.

    Else SQLite refuses every one that reads before it writes while another commits,
    with this library or without; Django's documentation names the remedy.
    """
    if not capabilities.has(connection, "concurrent_writers"):
        options = connections["default"].settings_dict["OPTIONS"]
        monkeypatch.setitem(options, "transaction_mode", "IMMEDIATE")
