"""One transaction of a write and those who listen to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections, transaction

from django_reckon.changes.event import Change
from django_reckon.changes.watch import Interest


def deliver(interest: Interest, change: Change) -> None:
    """
    Tell every listener.

    What one raises goes to the writer; a transaction around it can then only be
    rolled back, so that the write does not outlive the listener's part.
    """
    try:
        for watch in interest.watches:
            watch.listener(change)
    except BaseException:
        connection = connections[change.alias]
        if connection.in_atomic_block:
            connection.needs_rollback = True
        raise


@contextmanager
def as_one(using: str, interest: Interest) -> Iterator[None]:
    """Make the statement and what listeners do one transaction, if they ask for it."""
    if connections[using].in_atomic_block or not interest.atomic:
        yield
    else:
        with transaction.atomic(using=using):
            yield
