"""Work that must be one transaction."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import partial
from types import MappingProxyType
from typing import Final, TypeVar

from django.db import DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from django_reckon.ground.vendors import vendor_of

logger: Final = logging.getLogger(__name__)

T = TypeVar("T")

# How often work in a transaction of its own is tried before its deadlock is told.
_TRIES: Final = 6
# Seconds to wait at most before the second try; longer before each that follows.
_PAUSE: Final = 0.01

# Alias -> the block that was begun below, in this thread or task.
_own: Final[ContextVar[Mapping[str, transaction.Atomic]]] = ContextVar(
    "reckon_own_transactions", default=MappingProxyType({})
)


def is_own(alias: str) -> bool:
    """Tell whether the open transaction was begun by together(), and ends with it."""
    block = _own.get().get(alias)
    if block is None:
        return False
    connection = connections[alias]
    # Around its COMMIT the block is left already; what callbacks of on_commit() begin
    # after it is theirs.
    blocks = connection.atomic_blocks
    return block in blocks if blocks else connection.in_atomic_block


def together(
    connection: BaseDatabaseWrapper,
    work: Callable[[], T],
    *,
    ends: bool = True,
    again: Callable[[], object] | None = None,
) -> T:
    """
    Do work in one transaction: the caller's, or one of its own where there is none.

    One of its own has the right to write from its start, where the database would
    refuse that in the middle. If the database ends it to resolve a deadlock, it is
    done once more, a few times.

    Args:
        connection: To the database.
        work: What to do.
        ends: Whether something waits for its end, so that in a TestCase, whose
            transaction has none, it must be a savepoint.
        again: Called before work is done once more, to undo what it did in memory.
    """
    inside, alias = connection.in_atomic_block, connection.alias
    if (inside and not (ends and is_of_tests(connection))) or is_own(alias):
        return work()
    if not inside and not connection.get_autocommit():
        # Without a savepoint: to SQLite, with autocommit off, that would be a COMMIT.
        with transaction.atomic(using=alias, savepoint=False):
            return work()
    tries = 1
    committed: list[bool] = []
    while True:
        try:
            return _in_own(connection, work, None if inside else committed)
        except DatabaseError as error:
            deadlock = vendor_of(connection).is_deadlock(error)
            # After the COMMIT it is the error of somebody's on_commit().
            if not deadlock or inside or committed or tries >= _TRIES:
                raise
            logger.info("A deadlock on %r; trying again.", alias)
        time.sleep(random.uniform(0, _PAUSE * tries))  # noqa: S311 - no secret
        tries += 1
        if again is not None:
            again()


def _in_own(
    connection: BaseDatabaseWrapper, work: Callable[[], T], committed: list[bool] | None
) -> T:
    alias = connection.alias
    block = transaction.atomic(using=alias)
    before = _own.set({**_own.get(), alias: block})
    try:
        with vendor_of(connection).to_write(connection), block:
            if committed is not None:
                transaction.on_commit(partial(committed.append, True), alias)
            return work()
    finally:
        _own.reset(before)


def is_conflict(alias: str, error: BaseException) -> bool:
    """Tell whether an error is another transaction's doing; to try again may help."""
    if not isinstance(error, DatabaseError):
        return False
    return vendor_of(connections[alias]).is_conflict(error)


def is_of_tests(connection: BaseDatabaseWrapper) -> bool:
    """Tell whether a TestCase's own blocks are open and no others."""
    blocks = connection.atomic_blocks
    # Its own are the outermost.
    return bool(blocks) and getattr(blocks[-1], "_from_testcase", False)
