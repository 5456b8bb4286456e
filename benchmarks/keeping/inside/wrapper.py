"""What a statement pays while refreshes wait for the end of its transaction."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from django.db import connection, transaction

from benchmarks.keeping.world.models import Child, Item, Parent

_CALLS: Final = 1_000
_REPEATS: Final = 25
# Far more keys than ordinary statements name.
_KEYS: Final = 2_000


def measure() -> dict[str, Any]:
    """
    Return microseconds by kind of statement, and how many wrappers wait for nothing.

    The statements are the ORM's own and read nothing that is stale. They are given to
    what the library put around them, with an end that does nothing; what calling that
    end by itself takes is taken off.

    Raises:
        RuntimeError: Something else waits than is to be measured.
    """
    parent = Parent.objects.create(name="one")
    child = Child.objects.create(parent=parent, amount=1)
    statements = {
        kind: _statement(work) for kind, work in _kinds(parent, child).items()
    }
    idle = [len(connection.execute_wrappers)]
    with transaction.atomic():
        Item.objects.create(name="other", price=1, quantity=1)
        idle.append(len(connection.execute_wrappers))
        Child.objects.create(parent=parent, amount=2)
        if len(connection.execute_wrappers) != 1:
            raise RuntimeError("one refresh was to wait")
        taken = {kind: _microseconds(*each) for kind, each in statements.items()}
    idle.append(len(connection.execute_wrappers))
    if Parent.objects.get().number != Child.objects.count():
        raise RuntimeError("the refresh that waited was lost")
    return {"microseconds": taken, "idle": max(idle)}


def _kinds(parent: Parent, child: Child) -> dict[str, Callable[[], Any]]:
    children, parents = Child.objects.all(), Parent.objects.all()
    keys = range(_KEYS)
    return {
        "INSERT of a child": Child(parent=parent, amount=3).save,
        "UPDATE of a child": partial(child.save, update_fields=["amount"]),
        "SELECT of a child": partial(children.get, pk=child.pk),
        "SELECT of a parent's name": partial(parents.only("name").get, pk=parent.pk),
        "SELECT of another table": partial(list, Item.objects.filter(price=1)),
        f"SELECT of {_KEYS:,} keys": partial(list, children.filter(pk__in=keys)),
    }


def _statement(work: Callable[[], Any]) -> tuple[str, Any]:
    """Return the first statement of some work, which is undone."""
    seen: list[tuple[str, Any]] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, *rest: Any) -> Any:
        seen.append((sql, params))
        return execute(sql, params, *rest)

    with transaction.atomic():
        with connection.execute_wrapper(note):
            work()
        transaction.set_rollback(True)
    return next(each for each in seen if not each[0].startswith("SAVEPOINT"))


def _microseconds(sql: str, params: Any) -> float:
    """Return what the wrapper adds to one statement."""
    [wrapper] = connection.execute_wrappers
    context = {"connection": connection, "cursor": None}
    alone = _fastest(sql, lambda each: _end(each, params, False, context))
    wrapped = _fastest(sql, lambda each: wrapper(_end, each, params, False, context))
    return (wrapped - alone) * 1e6


def _end(sql: str, params: Any, many: bool, context: Any) -> None:
    """Do nothing, in the place of the cursor."""


def _fastest(sql: str, work: Callable[[str], Any]) -> float:
    """Return the seconds of one call in the round that was disturbed least."""
    rounds = []
    for _ in range(_REPEATS):
        # The ORM writes each statement anew; a string seen before knows its hash.
        fresh = [f"{sql} "[:-1] for _ in range(_CALLS)]
        began = time.process_time()
        for each in fresh:
            work(each)
        rounds.append(time.process_time() - began)
    return min(rounds) / _CALLS
