"""
What is measured; all sides write the same.

Plain Django is followed by SQL by hand, in the same transaction: what the others are to
be compared with. django-computedfields is told of what was written in bulk.
"""

from __future__ import annotations

import importlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.db.models import F, QuerySet

from benchmarks.computing.sides import COMPUTEDFIELDS, FACES, PLAIN
from benchmarks.keeping.inside import statements
from benchmarks.keeping.world.models import Child, Line

_face: Any = importlib.import_module(settings.BENCH_FACE)

# Fewer would hide what a thousand of them cost.
PARENTS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Task:
    """
    One thing to measure, for a number of rows that are there before.

    Attributes:
        fill: Makes them.
        run: Does it.
        wrong: Returns how many rows store something else than they should.
    """

    fill: Callable[[int], None]
    run: Callable[[int], None]
    wrong: Callable[[], int]


def _fill_families(rows: int) -> None:
    statements.fill_families(rows, PARENTS)


def _fill_spoilt(rows: int) -> None:
    _fill_families(rows)
    statements.spoil_families()


def _save(rows: int) -> None:
    """Save a child of each parent by itself, a hundredth of what is there."""
    with transaction.atomic():
        for at in range(rows // 100):
            Child(parent_id=1 + at % PARENTS, amount=at).save()
        _by_hand(statements.keep_families)


def _create(rows: int) -> None:
    """Create a tenth of what is there by one call."""
    with transaction.atomic():
        made = Child.objects.bulk_create(
            Child(parent_id=1 + at % PARENTS, amount=at) for at in range(rows // 10)
        )
        _told(Child.objects.filter(pk__gte=made[0].pk))
        _by_hand(statements.keep_families)


def _update(rows: int) -> None:
    """Update half of the children, of all parents, by one call."""
    with transaction.atomic():
        half = Child.objects.filter(pk__lte=rows // 2)
        half.update(amount=F("amount") + 1)
        _told(half, update_fields=["amount"])
        _by_hand(statements.keep_families)


def _rebuild(model: str, keep: Callable[[], None], rows: int, **options: Any) -> None:
    """Bring everything up to date by the command."""
    if _is(PLAIN.name):
        keep()
    else:
        call_command("updatedata", f"world.{model}", stdout=io.StringIO(), **options)


def _check(rows: int) -> None:
    """Compare everything by the command."""
    if _is(PLAIN.name):
        statements.wrong_items()
    else:
        call_command("checkdata", "world.Item", stdout=io.StringIO())


def _climb(rows: int) -> None:
    """Change every line by one call, and so the three levels above."""
    with transaction.atomic():
        Line.objects.update(price=F("price") + 1)
        _told(Line.objects.all(), update_fields=["price"])
        _by_hand(statements.keep_orders)


def _told(rows: QuerySet[Any], **options: Any) -> None:
    """Say what was written in bulk, where that has to be said."""
    if _is(COMPUTEDFIELDS.name):
        _face.update_dependent(rows, **options)


def _by_hand(keep: Callable[[], None]) -> None:
    """Keep the values where nobody else does."""
    if _is(PLAIN.name):
        keep()


def _is(side: str) -> bool:
    return bool(FACES[side] == settings.BENCH_FACE)


_families: Final = partial(Task, wrong=statements.wrong_families)
_rebuild_items: Final = partial(_rebuild, "Item", statements.keep_items)
_items: Final = partial(
    Task,
    fill=partial(statements.fill_items, right=False),
    wrong=statements.wrong_items,
)
TASKS: Final = {
    "saves": _families(_fill_families, _save),
    "bulk_create": _families(_fill_families, _create),
    "update": _families(_fill_families, _update),
    "rebuild": _families(
        _fill_spoilt, partial(_rebuild, "Parent", statements.keep_families)
    ),
    "levels": Task(statements.fill_orders, _climb, statements.wrong_orders),
    # In a process without the side's settings; theirs is bulk_update() then.
    "updatedata, defaults": _items(run=_rebuild_items),
    "updatedata, fast": _items(run=partial(_rebuild_items, mode="fast")),
    "checkdata": Task(
        partial(statements.fill_items, right=True), _check, statements.wrong_items
    ),
}
