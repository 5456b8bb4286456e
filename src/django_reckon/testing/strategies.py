"""What every UpdateStrategy promises."""

from __future__ import annotations

from contextlib import suppress

from django.db import connections, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from django_reckon.computed.strategies.choice import current_strategy
from django_reckon.protocols import BackendSpec
from django_reckon.testing.sync import assert_in_sync


class _Undone(Exception):  # noqa: N818 - nobody sees it
    """Rolls a transaction back."""


class UpdateStrategyContract:
    """
    Subclass it, name a strategy, say how to write, and run the tests.

    The database must commit: use a TransactionTestCase or, with pytest-django, mark the
    class `django_db(transaction=True)`.

    Attributes:
        strategy: As COMPUTEDFIELDS_STRATEGY would name it.
        alias: The database.
    """

    strategy: BackendSpec
    alias = "default"

    def write(self) -> None:
        """Write a row such that a computed field of another one moves."""
        raise NotImplementedError

    def settle(self) -> None:
        """Return when what was submitted is refreshed; at once if it is already."""

    def test_write_by_itself_is_refreshed(self) -> None:
        with self._chosen():
            self.write()
        self.settle()

        assert_in_sync(using=self.alias)

    def test_writes_of_a_transaction_are_refreshed(self) -> None:
        with self._chosen(), transaction.atomic(using=self.alias):
            self.write()
            self.write()
        self.settle()

        assert_in_sync(using=self.alias)

    def test_write_that_is_rolled_back_does_no_harm(self) -> None:
        with self._chosen():
            self._undo()
        self.settle()

        assert_in_sync(using=self.alias)

    def test_savepoint_that_is_rolled_back_takes_no_other_write_along(self) -> None:
        with self._chosen(), transaction.atomic(using=self.alias):
            self.write()
            self._undo()
        self.settle()

        assert_in_sync(using=self.alias)

    def test_whether_it_waits_is_told_without_a_query(self) -> None:
        with self._chosen():
            strategy = current_strategy()
            with CaptureQueriesContext(connections[self.alias]) as queries:
                told = strategy.waits(self.alias)

        assert isinstance(told, bool)
        assert len(queries) == 0

    def _undo(self) -> None:
        with suppress(_Undone), transaction.atomic(using=self.alias):
            self.write()
            raise _Undone

    def _chosen(self) -> override_settings:
        return override_settings(COMPUTEDFIELDS_STRATEGY=self.strategy)
