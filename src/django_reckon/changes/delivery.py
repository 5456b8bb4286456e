"""One transaction of a write and those who listen to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from django_reckon.changes.event import Change, Targets
from django_reckon.changes.watch import Interest, watch_list
from django_reckon.ground.together import together

T = TypeVar("T")


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
        now = interest.now(change.alias).about(change.fields)
        deliver(now, change, moved=change)


def as_one(
    connection: BaseDatabaseWrapper, interest: Interest, write: Callable[[], T]
) -> T:
    """Make a write and what listeners do one transaction, if they ask for it."""
    if not interest.atomic:
        return write()
    return together(connection, write, ends=interest.lock)


def enter(
    interest: Interest,
    model: type[Model],
    connection: BaseDatabaseWrapper,
    pointing: Targets,
) -> None:
    """Let everyone who listens do what must be done before a write begins."""
    for watch in interest.watches:
        if watch.enter is not None:
            watch.enter(model, connection, pointing)
