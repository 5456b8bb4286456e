"""Bringing up to date what was left for later."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import F

from django_reckon.computed.outbox.entries import work_in
from django_reckon.computed.refreshing.engine import Tally, refresh
from django_reckon.computed.refreshing.work import Work
from django_reckon.computed.tables import PendingUpdate
from django_reckon.conf import computed as conf
from django_reckon.ground.aio import in_thread
from django_reckon.ground.batches import batches
from django_reckon.ground.together import together
from django_reckon.ground.transactions import shielded
from django_reckon.ground.vendors import vendor_of

logger: Final = logging.getLogger(__name__)

# How often an entry may fail before nobody takes it but update_pending() and the
# command; else one that always fails would be tried after every write.
MOST_ATTEMPTS: Final = 5
# Entries that one transaction takes at most, so that others find some.
_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class Failure:
    """
    An entry that could not be done, and stays.

    Attributes:
        entry: Its primary key.
        target: Label of the model whose rows stay stale.
        error: Why.
    """

    entry: int
    target: str
    error: str


@dataclass(slots=True)
class PendingReport:
    """
    What came of the pending updates of one database.

    Attributes:
        entries: How many were done.
        read: Rows that were computed.
        written: Rows whose values differed.
        failures: Entries that could not be done.
    """

    entries: int = 0
    read: int = 0
    written: int = 0
    failures: list[Failure] = field(default_factory=list)

    def add(self, other: PendingReport) -> None:
        """Take over what came of some more."""
        self.entries += other.entries
        self.read += other.read
        self.written += other.written
        self.failures += other.failures


def update_pending(using: str = DEFAULT_DB_ALIAS) -> PendingReport:
    """
    Bring up to date what the strategy "background" has left for later on a database.

    Also what has failed before, however often. Several callers share the work; one that
    is killed leaves the rest to the next. What fails stays pending and is reported.

    Args:
        using: The database.

    Raises:
        DatabaseError: The table cannot be read.
    """
    return drain(using, again=True)


async def aupdate_pending(using: str = DEFAULT_DB_ALIAS) -> PendingReport:
    """Do what update_pending() does, in the thread of the connections."""
    return await in_thread(update_pending)(using)


def drain(alias: str, *, again: bool = False) -> PendingReport:
    """Do what drained() does, and return what all of it came to."""
    total = PendingReport()
    for some in drained(alias, again=again):
        total.add(some)
    return total


def drained(alias: str, *, again: bool = False) -> Iterator[PendingReport]:
    """
    Do what is pending on a database, and yield what each transaction came to.

    Entries are merged, as the writes of one transaction are, up to COMPUTEDFIELDS_
    QUERYSIZE keys. If they fail, each is done by itself.

    Args:
        alias: The database.
        again: Take also what has failed so often that nobody else does.
    """
    after = 0
    while True:
        taken: list[PendingUpdate] = []
        tally: Tally | None = None
        try:
            with shielded(alias, writes=True):
                take = partial(_take, alias, after, again, taken)
                tally = together(connections[alias], take)
        except Exception:
            if not taken:
                raise
        if not taken:
            return
        after = taken[-1].pk
        if tally is not None:
            yield PendingReport(len(taken), tally.read, tally.written)
            continue
        # Each by itself, so that the others are done and this one tells its own error.
        for entry in taken:
            yield _alone(alias, entry)


def _take(alias: str, after: int, again: bool, taken: list[PendingUpdate]) -> Tally:
    """Do some entries that nobody else is at, and forget them."""
    # Once more from the start, if a deadlock undid it.
    taken[:] = _free(alias, after, again)
    if not taken:
        return Tally()
    work = Work()
    for entry in taken:
        work.merge(work_in(entry))
    return _done(alias, work, taken)


def _free(alias: str, after: int, again: bool) -> list[PendingUpdate]:
    """Return entries that hold about as many keys as are to be read at once."""
    entries = PendingUpdate.objects.using(alias).filter(pk__gt=after).order_by("pk")
    if not again:
        entries = entries.filter(attempts__lt=MOST_ATTEMPTS)
    features = connections[alias].features
    if features.has_select_for_update:
        skip = features.has_select_for_update_skip_locked
        entries = entries.select_for_update(skip_locked=skip)
    wanted: list[int] = []
    size = 0
    for key, number in entries.values_list("pk", "size")[:_AT_ONCE]:
        size += number
        if wanted and size > conf.current().querysize:
            break
        wanted.append(key)
    return list(PendingUpdate.objects.using(alias).filter(pk__in=wanted).order_by("pk"))


def _done(alias: str, work: Work, entries: list[PendingUpdate]) -> Tally:
    tally = refresh(alias, work) if work else Tally()
    keys = [entry.pk for entry in entries]
    alone = vendor_of(connections[alias]).delete_waits_for_others
    for some in batches(keys, 1 if alone else len(keys)):
        PendingUpdate.objects.using(alias).filter(pk__in=some).delete()
    return tally


def _alone(alias: str, entry: PendingUpdate) -> PendingReport:
    """Do one entry, or note why it cannot be done."""
    try:
        with shielded(alias, writes=True):
            do = partial(_done, alias, work_in(entry), [entry])
            tally = together(connections[alias], do)
    except Exception as error:
        logger.exception(
            "Pending update %s of %s on %r failed.", entry.pk, entry.target, alias
        )
        told = f"{type(error).__name__}: {error}"
        PendingUpdate.objects.using(alias).filter(pk=entry.pk).update(
            attempts=F("attempts") + 1, error=told
        )
        return PendingReport(failures=[Failure(entry.pk, entry.target, told)])
    return PendingReport(1, tally.read, tally.written)
