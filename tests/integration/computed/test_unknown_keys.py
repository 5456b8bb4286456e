"""Keys that nobody tells, and keys that are nobody's."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db.models import Value
from django.db.models.functions import Upper

from django_reckon.models import not_computed
from tests.computedapp.corners import Crate, Depot
from tests.computedapp.models import Note, Room, Shelf, Title
from tests.support.database import committing

pytestmark = committing


@pytest.mark.parametrize(
    "key", ["nobody", "99999999999999999999", "-99999999999999999999", ""]
)
def test_generic_rows_of_impossible_keys_are_no_ones(key: str) -> None:
    kind = ContentType.objects.get_for_model(Title)
    title = Title.objects.create(name="Sea")

    Note.objects.bulk_create(
        Note(text=text, content_type=kind, object_id=subject)
        for text, subject in (("stray", key), ("mine", str(title.pk)))
    )

    title.refresh_from_db()
    assert title.remarks == "mine"


def test_recovery_computes_new_rows_whose_keys_are_not_told() -> None:
    with not_computed(recover=True):
        Shelf.objects.bulk_create([Shelf(label="left")], ignore_conflicts=True)

    shelf = Shelf.objects.get()
    assert (shelf.upper, shelf.summary) == ("LEFT", "LEFT/0: ")


def test_new_rows_of_expressions_are_computed_though_keys_are_not_told() -> None:
    name: Any = Upper(Value("cellar"))

    Room.objects.bulk_create([Room(name=name)], ignore_conflicts=True)

    assert Room.objects.get().sign == "Room CELLAR"


def test_fields_that_await_their_row_are_computed_though_keys_are_not_told() -> None:
    depot = Depot.objects.create(number=1)
    crates = [Crate(depot=depot, width=2, height=3)]

    Crate.objects.bulk_create(crates, ignore_conflicts=True)

    assert Crate.objects.get().surface == 36
