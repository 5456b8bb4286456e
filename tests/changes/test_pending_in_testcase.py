"""The same inside Django's TestCase, which never commits."""

from __future__ import annotations

from django.db import transaction
from django.test import TestCase

from tests.changes.diary import failing_block, open_diary
from tests.changesapp.models import Person


def _fails() -> None:
    raise LookupError("no way")


class PendingTests(TestCase):
    """The outermost block of the test stands for the commit."""

    def test_end_of_the_outermost_block_prepares(self) -> None:
        with transaction.atomic():
            diary = open_diary()
            with transaction.atomic():
                """Not yet."""
            assert diary.events == []

        assert diary.events == ["before"]

    def test_failed_block_prepares_nothing(self) -> None:
        with failing_block():
            diary = open_diary()
            _fails()

        assert diary.events == ["discarded"]

    def test_error_of_preparing_undoes_the_block(self) -> None:
        with failing_block():
            Person.objects.create(name="x")
            diary = open_diary()
            diary.prepare = _fails

        assert not Person.objects.exists()
        assert diary.events == ["before", "discarded"]

    def test_captured_callbacks_are_the_tests_own(self) -> None:
        with self.captureOnCommitCallbacks() as callbacks, transaction.atomic():
            open_diary()

        assert callbacks == []
