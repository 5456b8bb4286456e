"""Each way to write computed values keeps the promises of ComputedWriter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.contenttypes.models import ContentType
from typing_extensions import override

from django_reckon.computed.writers.bulk import BulkWriter
from django_reckon.computed.writers.fast import FastWriter
from django_reckon.computed.writers.loop import LoopWriter
from django_reckon.testing import ComputedWriterContract, DictWriter
from tests.support.database import committing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django_reckon.protocols import ComputedWriter

pytestmark = committing


@pytest.fixture(autouse=True)
def _content_types(transactional_db: None) -> Iterator[None]:
    """Leave no row behind in a table that the project itself fills."""
    before = set(ContentType.objects.values_list("pk", flat=True))
    yield
    ContentType.objects.exclude(pk__in=before).delete()


class TestFastWriter(ComputedWriterContract):
    @override
    def make_writer(self) -> ComputedWriter:
        return FastWriter()


class TestBulkWriter(ComputedWriterContract):
    @override
    def make_writer(self) -> ComputedWriter:
        return BulkWriter()


class TestLoopWriter(ComputedWriterContract):
    many = 300

    @override
    def make_writer(self) -> ComputedWriter:
        return LoopWriter()


class TestDictWriter(ComputedWriterContract):
    """The double that we offer to tests."""

    stores = False

    @override
    def make_writer(self) -> ComputedWriter:
        return DictWriter()

    @override
    def read(
        self, writer: ComputedWriter, keys: Iterable[int]
    ) -> dict[int, tuple[str, str]]:
        assert isinstance(writer, DictWriter)
        found = super().read(writer, keys)
        for key, (app_label, model) in found.items():
            values = writer.values.get(("contenttypes.ContentType", key), {})
            found[key] = (
                values.get("app_label", app_label),
                values.get("model", model),
            )
        return found
