"""A refresh that has waited for another transaction sees what that one left."""

from __future__ import annotations

import time

import pytest
from django.db import transaction

from django_reckon.models import update_dependent
from tests.computedapp.models import Hall, Room
from tests.support.database import committing
from tests.support.threads import start

pytestmark = committing


@pytest.mark.needs("row_locks")
def test_child_that_waited_sees_its_parents_new_columns() -> None:
    hall = Hall.objects.create(name="Main", seats=1)

    with transaction.atomic():
        Room.objects.filter(pk=hall.pk).update(name="New")
        # Read, and so refreshed and locked.
        assert Hall.objects.get().poster.startswith("Room New")
        other = start(lambda: update_dependent(hall))
        time.sleep(0.3)
    other.result(20)

    assert Hall.objects.get().poster.startswith("Room New")
