"""One transaction of a write and those who listen to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections, transaction

from django_reckon.changes.event import Change
from django_reckon.changes.watch import Interest, watch_list


def deliver(interest: Interest, change: Change, moved: Change | None) -> None:
    """
    Tell every listener.

    Args:
        interest: Who listens.
        change: What was written.
        moved: What is not as it was before, for those who want no more than that;
            None for nothing.

    What one raises goes to the writer; a transaction around it can then only be
    rolled back, so that the write does not outlive the listener's part.
    """
    try:
        for watch in interest.watches:
            told = moved if watch.moved else change
            if told is not None and watch.minds(told.fields):
                watch.listener(told)
    except BaseException:
        connection = connections[change.alias]
        if connection.in_atomic_block:
            connection.needs_rollback = True
        raise


def report(change: Change) -> None:
    """Tell every listener of a write that was done without the ORM."""
    interest = watch_list.of(change.model)
    if interest is not None:
        deliver(interest.about(change.fields), change, moved=change)


@contextmanager
def as_one(using: str, interest: Interest) -> Iterator[None]:
    """Make the statement and what listeners do one transaction, if they ask for it."""
    if connections[using].in_atomic_block or not interest.atomic:
        yield
    else:
        # Without a savepoint: to SQLite, with autocommit off, that would be a COMMIT.
        with transaction.atomic(using=using, savepoint=False):
            yield
