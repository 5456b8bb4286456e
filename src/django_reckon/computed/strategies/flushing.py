"""What users call to have refreshes done now."""

from __future__ import annotations

from django.db import DEFAULT_DB_ALIAS

from django_reckon.computed.refreshing.engine import refresh
from django_reckon.computed.refreshing.work import work_of
from django_reckon.computed.strategies.background import outbox
from django_reckon.computed.strategies.behind import behind, find_behind
from django_reckon.ground.aio import in_thread
from django_reckon.protocols import StaleRows


def flush(using: str = DEFAULT_DB_ALIAS) -> None:
    """
    Bring up to date what the open transaction of a database has left for later.

    Statements of the ORM need no such call; what reads a column in a way that cannot
    be seen does, such as a function of the database called by another. With the
    strategy "background" it does what else would be done after the COMMIT.

    Raises:
        ResolutionError: A value cannot be computed or stored; the transaction can only
            be rolled back then.
    """
    left = outbox(using)
    if left is not None:
        behind(using).note(left.take())
    waiting = find_behind(using)
    if waiting is not None:
        waiting.flush()


async def aflush(using: str = DEFAULT_DB_ALIAS) -> None:
    """Do what flush() does, in the thread of the connections."""
    await in_thread(flush)(using)


def refresh_stale(stale: StaleRows, *, using: str = DEFAULT_DB_ALIAS) -> None:
    """
    Bring up to date what a strategy of one's own was given by submit().

    In the transaction that is open, or in one of its own. All that follows from it
    is brought up to date as well.

    Args:
        stale: What is stale; several may be merged before.
        using: The database it was submitted for.

    Raises:
        ResolutionError: A value cannot be computed or stored.
    """
    refresh(using, work_of(stale))
