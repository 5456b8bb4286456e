"""What an open transaction means for work beside it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from django_reckon.ground.vendors import vendor_of

logger: Final = logging.getLogger(__name__)


def is_open(alias: str) -> bool:
    """Tell whether statements on that database belong to a transaction now."""
    connection = connections[alias]
    return connection.in_atomic_block or not _in_autocommit(connection)


def is_broken(alias: str) -> bool:
    """Tell whether the open transaction takes no more statements, only a rollback."""
    return bool(connections[alias].needs_rollback)


def is_frozen(alias: str) -> bool:
    """Tell whether an open transaction may not see what others have committed."""
    connection = connections[alias]
    return is_open(alias) and not vendor_of(connection).sees_commits(connection)


def is_test_case(alias: str) -> bool:
    """Tell whether a TestCase holds the transaction, so nothing will commit."""
    blocks = connections[alias].atomic_blocks
    return any(getattr(block, "_from_testcase", False) for block in blocks)


def when_committed(work: Callable[[], object], *aliases: str) -> None:
    """
    Run the work outside any transaction of those databases.

    In autocommit that is now; inside atomic() it is after the outermost COMMIT, and
    never after a rollback. With autocommit switched off by hand nobody can tell when
    the COMMIT comes, so the work is dropped. Of equal works the latest takes the place
    of those before, so that asking often does not pile them up.
    """
    _Waiting(work, aliases)()


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Work that waits for the transactions of several databases, one by one."""

    work: Callable[[], object]
    aliases: tuple[str, ...]

    def __call__(self) -> None:
        for alias in self.aliases:
            connection = connections[alias]
            if connection.in_atomic_block:
                rest = tuple(other for other in self.aliases if other != alias)
                later = _Waiting(self.work, rest)
                waiting = connection.run_on_commit
                connection.run_on_commit = [one for one in waiting if one[1] != later]
                transaction.on_commit(later, using=alias, robust=True)
                return
            if not _in_autocommit(connection):
                logger.debug("Autocommit is off on %r; nothing is kept.", alias)
                return
        self.work()


@contextmanager
def shielded(alias: str, *, writes: bool = False) -> Iterator[None]:
    """
    Keep a failing statement from harming the caller's transaction.

    Args:
        alias: The database.
        writes: The statements write; Django marks the transaction for rollback when
            such a one fails, whatever the database thinks of it.

    Cost:
        Two statements (savepoint, release), only where a transaction is open that a
        failed statement would make unusable.
    """
    harmful = writes or vendor_of(connections[alias]).error_aborts_transaction
    if harmful and is_open(alias):
        with transaction.atomic(using=alias):
            yield
    else:
        yield


def _in_autocommit(connection: BaseDatabaseWrapper) -> bool:
    """Read the mode without opening a connection, as get_autocommit() would."""
    if connection.connection is None:
        return bool(connection.settings_dict["AUTOCOMMIT"])
    return connection.autocommit
