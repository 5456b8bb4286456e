"""What is due, gathered until somebody does it."""

from __future__ import annotations

from typing import Final

from django_reckon.computed.refreshing.work import Route, Work
from tests.computedapp.models import Shelf, Title

SHELVES: Final = Route(Shelf, "pk", loose=False)
BY_COPY: Final = Route(Shelf, "copies__pk", loose=False)
TITLES: Final = Route(Title, "pk", loose=False)


def _taken(work: Work, *fields: str) -> dict[Route, set[object]]:
    return {route: due.keys for route, due in work.take(Shelf, fields)}


def test_nothing_is_due_at_first() -> None:
    assert not Work()


def test_keys_of_one_route_are_merged() -> None:
    work = Work()

    work.add(SHELVES, [1, 2], ["total"])
    work.add(SHELVES, [2, 3], ["size"])

    assert _taken(work, "total", "size") == {SHELVES: {1, 2, 3}}


def test_key_that_leads_nowhere_is_no_work() -> None:
    work = Work()

    work.add(SHELVES, [None], ["total"])
    work.add(SHELVES, [], ["total"])

    assert not work


def test_unknown_keys_make_every_row_due() -> None:
    work = Work()

    work.add(SHELVES, None, ["total"])

    ((_, due),) = work.take(Shelf, ["total"])
    assert due.everything


def test_only_fields_that_were_asked_for_are_taken() -> None:
    work = Work()
    work.add(SHELVES, [1], ["total", "summary"])
    work.add(TITLES, [5], ["line"])

    first = _taken(work, "total")

    assert first == {SHELVES: {1}}
    assert not work.waits(Shelf, ["total"])
    assert work.waits(Shelf, ["summary"])
    assert work.waits(Title, ["line"])


def test_what_is_taken_is_not_due_again() -> None:
    work = Work()
    work.add(BY_COPY, [1], ["total"])

    _taken(work, "total")

    assert not work


def test_work_that_comes_while_some_is_taken_waits() -> None:
    work = Work()
    work.add(SHELVES, [1], ["total"])

    for _ in work.take(Shelf, ["total"]):
        work.add(SHELVES, [2], ["total"])

    assert _taken(work, "total") == {SHELVES: {2}}


def test_merging_takes_everything_over() -> None:
    older, newer = Work(), Work()
    older.add(SHELVES, [1], ["total"])
    newer.add(SHELVES, [2], ["total"])
    newer.add(BY_COPY, [9], ["size"])

    older.merge(newer)

    assert _taken(older, "total", "size") == {SHELVES: {1, 2}, BY_COPY: {9}}
