"""The dispatcher "inline"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from django_reckon.counts.dispatchers.inline import InlineDispatcher
from django_reckon.testing import DispatcherContract
from tests.support.database import committing

if TYPE_CHECKING:
    from django_reckon.protocols import Dispatcher

pytestmark = committing


class TestInlineDispatcher(DispatcherContract):
    model = "testapp.Visit"

    @override
    def make_dispatcher(self) -> Dispatcher:
        return InlineDispatcher()
