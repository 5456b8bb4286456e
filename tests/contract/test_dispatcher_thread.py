"""The dispatcher "thread"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from django_reckon.counts.dispatchers.thread import ThreadDispatcher
from django_reckon.testing import DispatcherContract
from tests.support.database import committing
from tests.support.workers import join_precache_threads

if TYPE_CHECKING:
    from django_reckon.protocols import Dispatcher

pytestmark = committing


class TestThreadDispatcher(DispatcherContract):
    model = "testapp.Visit"

    @override
    def make_dispatcher(self) -> Dispatcher:
        return ThreadDispatcher()

    @override
    def settle(self) -> None:
        join_precache_threads()
