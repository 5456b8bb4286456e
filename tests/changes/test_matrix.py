"""Every way to write, and exactly what is reported of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from asgiref.sync import async_to_sync
from django.db import transaction

from tests.changes.rows_bulk import BULKS
from tests.changes.rows_deletes import DELETES
from tests.changes.rows_relations import RELATIONS
from tests.changes.rows_saves import SAVES
from tests.changes.world import Row, World
from tests.support.database import committing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django_reckon.changes.event import Change
    from tests.changes.conftest import Recorder

pytestmark = committing

ROWS: Final = (*SAVES, *BULKS, *DELETES, *RELATIONS)

each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


@each_row
def test_write_is_reported(row: Row, recorder: Recorder) -> None:
    world = _watched(row, recorder)

    row.sync(world)

    assert _told(recorder.changes) == _told(row.expected(world))


@each_row
def test_async_write_is_reported(row: Row, recorder: Recorder) -> None:
    world = _watched(row, recorder)

    async def write() -> None:
        await row.twin(world)

    async_to_sync(write)()

    assert _told(recorder.changes) == _told(row.expected(world))


@each_row
def test_write_inside_a_transaction_is_reported(row: Row, recorder: Recorder) -> None:
    world = _watched(row, recorder)

    with transaction.atomic():
        row.sync(world)

    assert _told(recorder.changes) == _told(row.expected(world))


def _watched(row: Row, recorder: Recorder) -> World:
    with transaction.atomic():
        world = World()
    for model, relations in row.watched.items():
        recorder.watch(model, *relations, keys=True)
    return world


def _told(changes: Iterable[Change]) -> list[Any]:
    """Return changes in a form that is easy to compare and to read."""
    return sorted(
        (
            (
                change.model.__name__,
                change.kind.value,
                change.alias,
                None if change.keys is None else sorted(change.keys),
                None if change.fields is None else sorted(change.fields),
                dict(change.before),
                dict(change.after),
            )
            for change in changes
        ),
        key=lambda told: (told[:2], str(told[3:5])),
    )
