"""Each strategy keeps the promises of UpdateStrategy, ours and somebody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from django.db import connection, transaction
from typing_extensions import override

from django_reckon.computed.strategies.background import BackgroundStrategy
from django_reckon.computed.strategies.transaction import TransactionStrategy
from django_reckon.models import refresh_stale, update_pending
from django_reckon.testing import (
    RecordingStrategy,
    RecordingUpdateDispatcher,
    UpdateStrategyContract,
)
from tests.computedapp.models import Copy, Shelf, Title
from tests.support.database import committing
from tests.support.drift import drifted

if TYPE_CHECKING:
    from pytest_django import Settings

    from django_reckon.protocols import BackendSpec, StaleRows

pytestmark = committing


class _Shelves(UpdateStrategyContract):
    """A shelf that stores what its copies cost."""

    @override
    def write(self) -> None:
        title = Title.objects.get_or_create(name="title")[0]
        shelf = Shelf.objects.get_or_create(label="shelf")[0]
        Copy.objects.create(title=title, shelf=shelf, price=3)


class TestImmediateStrategy(_Shelves):
    strategy: BackendSpec = "immediate"


class TestTransactionStrategy(_Shelves):
    strategy: BackendSpec = "transaction"


class TestBackgroundStrategy(_Shelves):
    strategy: BackendSpec = "background"

    @pytest.fixture(autouse=True)
    def _nobody(self, settings: Settings) -> None:
        settings.COMPUTEDFIELDS_DISPATCHER = (
            "django_reckon.testing.RecordingUpdateDispatcher"
        )
        RecordingUpdateDispatcher.aliases.clear()

    @override
    def settle(self) -> None:
        update_pending()


class Rationed:
    """A strategy of a project: what moves much is left for later."""

    def __init__(self, most: int) -> None:
        """Take so many rows at once."""
        self._most = most
        self._now, self._later = TransactionStrategy(), BackgroundStrategy()

    def waits(self, alias: str) -> bool:
        """Wait if either does."""
        return self._now.waits(alias) or self._later.waits(alias)

    def submit(self, alias: str, stale: StaleRows) -> None:
        """Choose one of the two."""
        chosen = self._now if Copy.objects.count() <= self._most else self._later
        chosen.submit(alias, stale)


_RATIONED: Final[BackendSpec] = {
    "BACKEND": "tests.contract.test_strategies.Rationed",
    "OPTIONS": {"most": 1},
}


class TestComposedStrategy(TestBackgroundStrategy):
    strategy: BackendSpec = _RATIONED


class OnCommit:
    """A strategy of a project that keeps what is stale to itself until the COMMIT."""

    def waits(self, alias: str) -> bool:
        """Wait always."""
        return True

    def submit(self, alias: str, stale: StaleRows) -> None:
        """Refresh after the COMMIT."""
        transaction.on_commit(lambda: refresh_stale(stale, using=alias), using=alias)


class TestTheirStrategy(_Shelves):
    strategy: BackendSpec = "tests.contract.test_strategies.OnCommit"


_DOUBLE: Final = "django_reckon.testing.RecordingStrategy"


def test_double_remembers_and_refreshes_nothing(settings: Settings) -> None:
    settings.COMPUTEDFIELDS_STRATEGY = _DOUBLE
    RecordingStrategy.submitted.clear()

    _Shelves().write()

    assert drifted() != []
    (alias, first), *others = RecordingStrategy.submitted
    for _, other in others:
        first.merge(other)
    refresh_stale(first, using=alias)
    assert alias == connection.alias
    assert drifted() == []


def test_only_what_a_write_made_stale_can_be_refreshed() -> None:
    with pytest.raises(TypeError, match="Pass on what submit"):
        refresh_stale(set())  # type: ignore[arg-type]  # that is the mistake
