"""The dispatcher "subprocess", with a real child on the test database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typing_extensions import override

from django_reckon.counts.dispatchers.process import SubprocessDispatcher
from django_reckon.testing import DispatcherContract
from tests.support.database import committing
from tests.support.workers import join_precache_threads, lend_databases

if TYPE_CHECKING:
    from django_reckon.protocols import Dispatcher

pytestmark = committing


class TestSubprocessDispatcher(DispatcherContract):
    model = "testapp.Visit"

    @pytest.fixture(autouse=True)
    def _same_world(self, monkeypatch: pytest.MonkeyPatch) -> None:
        lend_databases(monkeypatch)

    @override
    def make_dispatcher(self) -> Dispatcher:
        return SubprocessDispatcher()

    @override
    def settle(self) -> None:
        join_precache_threads()
