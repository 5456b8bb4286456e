"""Computed fields inside Django's TestCase, which never commits."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import TestCase, override_settings
from typing_extensions import override

from django_reckon.exceptions import ResolutionError
from django_reckon.models import PendingUpdate, background_updates
from tests.computedapp.corners import Circuit, Fuse
from tests.support.drift import drifted
from tests.support.statements import watched


class ComputedFieldTests(TestCase):
    """A write outside any block of the test is refreshed, and fails, by itself."""

    @override
    def setUp(self) -> None:
        self.circuit = Circuit.objects.create(name="c")
        self.fuse = Fuse.objects.create(text="fine", circuit=self.circuit)

    def test_write_is_refreshed_before_it_returns(self) -> None:
        self.fuse.text = "finer"
        self.fuse.save()
        with watched() as statements:
            strength = Circuit.objects.values_list("strength", flat=True).get()

        assert strength == 5
        assert len(statements) == 1

    def test_refused_write_leaves_the_test_its_transaction(self) -> None:
        # As for any error in a TestCase, Django wants a block around update().
        with pytest.raises(ResolutionError), transaction.atomic():
            Fuse.objects.update(text="trip")

        assert Fuse.objects.get().text == "fine"
        assert drifted() == []

    def test_refused_bulk_operation_leaves_the_test_its_transaction(self) -> None:
        Fuse.objects.create(text="x", circuit=self.circuit)
        with pytest.raises(ResolutionError):
            Fuse.objects.bulk_create([Fuse(text="trip", circuit=self.circuit)])

        assert Fuse.objects.count() == 2

    def test_what_is_left_for_later_is_dispatched_on_commit(self) -> None:
        with (
            override_settings(COMPUTEDFIELDS_DISPATCHER="inline"),
            background_updates(),
        ):
            self.fuse.text = "finer"
            with self.captureOnCommitCallbacks() as callbacks:
                self.fuse.save()
            left = PendingUpdate.objects.count()
            [dispatch] = callbacks
            dispatch()

        assert left == 1
        assert PendingUpdate.objects.count() == 0
        assert drifted() == []

    def test_block_of_the_test_is_refreshed_at_its_end(self) -> None:
        with transaction.atomic():
            for _ in range(3):
                Fuse.objects.create(text="four", circuit=self.circuit)
        with watched() as statements:
            strength = Circuit.objects.values_list("strength", flat=True).get()

        assert strength == 16
        assert len(statements) == 1
