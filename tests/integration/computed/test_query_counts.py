"""Work on many rows takes as many queries as work on a few."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.db import transaction
from django.db.models import F

from django_reckon.models import not_computed
from tests.computedapp.models import Copy, Shelf, Title
from tests.properties.computed.oracle import differences
from tests.support.database import committing
from tests.support.statements import watched

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.acting import Act

pytestmark = committing

# Shelves, and copies on each; two of anything, so that no way for a lone row is taken,
# and no more than one statement of any database holds.
FEW: Final = (2, 2)
MORE_SHELVES: Final = (20, 2)
MORE_COPIES: Final = (2, 20)


def _copies(shelves: list[Shelf], title: Title, each: int) -> list[Copy]:
    return [Copy(shelf=shelf, title=title) for shelf in shelves for _ in range(each)]


def _create(act: Act, shelves: list[Shelf], title: Title, each: int) -> None:
    act(Copy.objects, "bulk_create", _copies(shelves, title, each))


def _update(act: Act, shelves: list[Shelf], title: Title, each: int) -> None:
    act(Copy.objects, "update", price=7)


def _update_by_expression(
    act: Act, shelves: list[Shelf], title: Title, each: int
) -> None:
    act(Copy.objects, "update", price=F("price") + 1)


def _bulk_update(act: Act, shelves: list[Shelf], title: Title, each: int) -> None:
    copies = list(Copy.objects.all())
    for copy in copies:
        copy.price += 1
    act(Copy.objects, "bulk_update", copies, ["price"])


def _move(act: Act, shelves: list[Shelf], title: Title, each: int) -> None:
    act(Copy.objects, "update", shelf=shelves[0])


def _delete(act: Act, shelves: list[Shelf], title: Title, each: int) -> None:
    act(Copy.objects.all(), "delete")


def _rename_what_all_follow(
    act: Act, shelves: list[Shelf], title: Title, each: int
) -> None:
    title.name = "renamed"
    act(title, "save")


WRITES: Final[dict[str, Any]] = {
    "bulk_create": _create,
    "update": _update,
    "update by an expression": _update_by_expression,
    "bulk_update": _bulk_update,
    "move": _move,
    "delete": _delete,
    "save of what all follow": _rename_what_all_follow,
}


def _queries_of(write: Callable[..., object], act: Act, size: tuple[int, int]) -> int:
    """Return how many queries a write takes in a world of that size."""
    number, each = size
    Copy.objects.all().delete()
    Shelf.objects.all().delete()
    title = Title.objects.create(name="title")
    shelves = Shelf.objects.bulk_create(Shelf(label=str(n)) for n in range(number))
    if write is not _create:
        Copy.objects.bulk_create(_copies(shelves, title, each))

    with watched() as statements:
        write(act, shelves, title, each)

    assert differences() == []
    return len(statements)


@pytest.mark.parametrize("size", [MORE_SHELVES, MORE_COPIES], ids=["shelves", "copies"])
@pytest.mark.parametrize("write", WRITES.values(), ids=list(WRITES))
def test_bulk_work_takes_no_more_queries_for_more_rows(
    write: Callable[..., object], size: tuple[int, int], act: Act
) -> None:
    few = _queries_of(write, act, FEW)

    assert _queries_of(write, act, size) == few


def _queries_of_recovery(size: tuple[int, int]) -> int:
    """Return how many queries follow when rows were saved one by one."""
    number, each = size
    title = Title.objects.create(name="title")
    with ExitStack() as suspended:
        suspended.enter_context(not_computed(recover=True))
        shelves = [Shelf.objects.create(label=str(n)) for n in range(number)]
        for copy in _copies(shelves, title, each):
            copy.save()

        with watched() as statements:
            suspended.close()

    assert differences() == []
    return len(statements)


@pytest.mark.parametrize("size", [MORE_SHELVES, MORE_COPIES], ids=["shelves", "copies"])
def test_recovery_takes_no_more_queries_for_more_rows(size: tuple[int, int]) -> None:
    few = _queries_of_recovery(FEW)

    assert _queries_of_recovery(size) == few


def _saves(copy: Copy, **options: Any) -> int:
    """Return how many statements a save takes inside a transaction."""
    with transaction.atomic():
        # The first write of a transaction may wait for others, by a statement more.
        copy.save(**options)
        with watched() as statements:
            copy.save(**options)
        return len(statements)


@pytest.mark.usefixtures("shop")
def test_full_save_that_moves_nothing_is_one_query_more_than_djangos_own() -> None:
    copy = Copy.objects.select_related("title", "shelf").first()
    assert copy is not None

    with not_computed():
        djangos = _saves(copy)

    assert _saves(copy) == djangos + 1


@pytest.mark.usefixtures("shop")
def test_full_save_that_moves_nothing_refreshes_nothing() -> None:
    copy = Copy.objects.first()
    assert copy is not None

    with watched() as statements:
        copy.save()

    assert statements.on(Shelf) == []
