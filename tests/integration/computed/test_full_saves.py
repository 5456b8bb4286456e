"""What full saves in a loop ask of the database, and that they miss no move."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from django_reckon.models import deferred_updates, not_computed
from tests.computedapp.corners import Circuit, Fuse
from tests.computedapp.models import Chair
from tests.support.database import committing
from tests.support.drift import drifted
from tests.support.statements import watched

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.integration.computed.shop import Shop

pytestmark = committing


@pytest.fixture(autouse=True)
def _deferred() -> Iterator[None]:
    with deferred_updates():
        yield


@pytest.fixture
def circuit() -> Circuit:
    return Circuit.objects.create(name="of all fuses")


@pytest.fixture
def fuses(circuit: Circuit) -> list[Fuse]:
    with transaction.atomic():
        return [Fuse.objects.create(circuit=circuit, text="a") for _ in range(8)]


def _statements(fuses: Sequence[Fuse], circuit: Circuit | None = None) -> int:
    """Return how many statements it takes to save all of them, with another text."""
    with watched() as statements, transaction.atomic():
        for fuse in fuses:
            fuse.text += "b"
            fuse.circuit = circuit or fuse.circuit
            fuse.save()
    return len(statements)


def _save_and_undo(fuse: Fuse) -> None:
    with transaction.atomic():
        fuse.text = "undone"
        fuse.save()
        raise LookupError


def test_row_whose_parent_is_due_takes_no_more_statements_than_djangos_own(
    fuses: list[Fuse],
) -> None:
    with not_computed():
        djangos = _statements(fuses) - _statements(fuses[:2])

    assert _statements(fuses) - _statements(fuses[:2]) == djangos
    assert drifted() == []


def test_row_that_somebody_moved_goes_back_and_both_parents_know(
    circuit: Circuit, fuses: list[Fuse]
) -> None:
    other = Circuit.objects.create(name="of one")
    Fuse.objects.filter(pk=fuses[0].pk).update(circuit=other)

    _statements([fuses[1], fuses[0]])

    other.refresh_from_db()
    assert (other.strength, drifted()) == (0, [])


def test_rows_that_move_are_not_tried_each_time(
    circuit: Circuit, fuses: list[Fuse]
) -> None:
    circuits = [Circuit.objects.create(name=str(number)) for number in range(2)]
    with not_computed():
        djangos = _statements(fuses, circuits[0]) - _statements(fuses[:2], circuits[1])
    Fuse.objects.update(circuit=circuit)

    few = _statements(fuses[:2], circuits[0])
    many = _statements(fuses, circuits[1])

    # A read more for each, and the refresh of two circuits left as for the few.
    assert many - few <= djangos + 6 + 1
    assert drifted() == []


def test_row_without_a_parent_is_told_by_null(shop: Shop, circuit: Circuit) -> None:
    with transaction.atomic():
        chairs = [Chair.objects.create(row=9, number=n, hall=None) for n in range(3)]
    Chair.objects.filter(pk=chairs[2].pk).update(hall=shop.hall, broken=True)

    with transaction.atomic():
        # Nothing is tried before anything is due.
        Fuse.objects.create(circuit=circuit)
        for chair in chairs:
            chair.broken = True
            chair.save()

    assert not Chair.objects.filter(row=9, hall__isnull=False).exists()
    assert drifted() == []


def test_work_of_a_savepoint_that_was_undone_does_not_count(
    circuit: Circuit, fuses: list[Fuse]
) -> None:
    with transaction.atomic():
        with pytest.raises(LookupError):
            _save_and_undo(fuses[0])
        fuses[1].text = "done"
        fuses[1].save()

    circuit.refresh_from_db()
    assert (circuit.strength, drifted()) == (11, [])


def test_row_that_is_gone_is_inserted_as_djangos_own_save_does(
    circuit: Circuit, fuses: list[Fuse]
) -> None:
    Fuse.objects.filter(pk=fuses[0].pk).delete()

    _statements([fuses[1], fuses[0]])

    circuit.refresh_from_db()
    assert (circuit.strength, drifted()) == (10, [])
