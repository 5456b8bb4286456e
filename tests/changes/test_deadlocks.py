"""A real deadlock, as the database tells of it."""

from __future__ import annotations

import threading

import pytest
from django.db import DatabaseError, connection, transaction

from django_reckon.ground.vendors import vendor_of
from tests.changesapp.models import Place
from tests.support.database import committing
from tests.support.threads import start

pytestmark = committing
PATIENCE = 20


def _lock(
    slugs: tuple[str, str], both_began: threading.Barrier
) -> DatabaseError | None:
    try:
        with transaction.atomic():
            Place.objects.select_for_update().get(slug=slugs[0])
            both_began.wait(PATIENCE)
            Place.objects.select_for_update().get(slug=slugs[1])
    except DatabaseError as error:
        return error
    return None


@pytest.mark.needs("row_locks")
def test_deadlock_is_recognised() -> None:
    for slug in ("one", "two"):
        Place.objects.create(slug=slug)
    barrier = threading.Barrier(2)

    ends = [
        start(lambda: _lock(("one", "two"), barrier)),
        start(lambda: _lock(("two", "one"), barrier)),
    ]
    errors = [end.result(PATIENCE) for end in ends]

    [error] = [each for each in errors if each is not None]
    assert vendor_of(connection).is_deadlock(error)
    assert vendor_of(connection).is_conflict(error)
