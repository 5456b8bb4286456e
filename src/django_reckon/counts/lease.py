"""Who may precache a manager now."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass
from typing import Any, Final

from django.db import DatabaseError, IntegrityError, models, router

from django_reckon.counts import lock
from django_reckon.counts.tables import PrecacheRun
from django_reckon.ground import clock, transactions
from django_reckon.ground.digest import digest
from django_reckon.protocols import CountCache, CountEntry, CountKey

logger: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Lease:
    """
    The right to precache one manager in one database, held by one run at a time.

    The table decides, for the cache may be this process's own or empty; where the
    table cannot be written, a lock in the cache does. A stamp in the cache spares
    everyone else the question until the next run is due.

    Attributes:
        model: Label of the model.
        manager: Name of the manager.
        database: Alias to count in.
        store: Where processes see each other's locks; must not raise.
    """

    model: str
    manager: str
    database: str
    store: CountCache

    def due_at(self, every: float) -> float | None:
        """Return when the next run is due in epoch seconds; None when unknown."""
        stamp = self.store.get(self._stamp_key)
        return None if stamp is None else stamp.counted_at + every

    def take(self, *, every: float, seconds: float, force: bool = False) -> int | None:
        """
        Return a token if this caller may run now, None when another did or does.

        Args:
            every: Seconds from one run's start until the next is due; 0 for always.
            seconds: How long the lock lasts if its owner dies.
            force: Take the lock from whoever holds it.
        """
        token = lock.new_token()
        try:
            claimed = self._claimed(token, every, seconds, force)
        except DatabaseError as error:
            if not force and self._is_held():
                return None
            logger.debug("The cache alone decides who precaches: %s", error)
            if force:
                self.store.delete(self._lock_key)
            claimed = lock.acquire(self.store, self._lock_key, token, seconds)
        if not claimed:
            return None
        self._stamp(clock.now(), every)
        return token

    def give_back(self, token: int) -> None:
        """Release the lock if the token owns it; twice does no harm."""
        lock.release(self.store, self._lock_key, token)
        alias = router.db_for_write(PrecacheRun)
        now = clock.column_time(clock.now())
        try:
            with transactions.shielded(alias, writes=True):
                mine = self._rows(alias).filter(owner=token)
                mine.update(owner=None, lease_until=None, finished_at=now)
        except DatabaseError as error:
            logger.debug("The end of a precache run is not recorded: %s", error)

    @property
    def _key(self) -> CountKey:
        name = digest("precache", self.model, self.manager, self.database)
        return CountKey(self.model, self.manager, name)

    @property
    def _lock_key(self) -> CountKey:
        return lock.lock_key(self._key, "precache")

    @property
    def _stamp_key(self) -> CountKey:
        return lock.lock_key(self._key, "precached")

    def _rows(self, alias: str) -> models.QuerySet[PrecacheRun]:
        return PrecacheRun._base_manager.using(alias).filter(key=self._key.digest)

    def _stamp(self, started_at: float, every: float) -> None:
        """Let everyone who shares the cache know when the latest run began."""
        until = started_at + every
        if until > clock.now():
            self.store.set(self._stamp_key, CountEntry(0, started_at, until, until))

    def _claimed(self, token: int, every: float, seconds: float, force: bool) -> bool:
        """Claim by one conditional UPDATE, so that of many callers one succeeds."""
        alias = router.db_for_write(PrecacheRun)
        now = clock.column_time(clock.now())
        claim = {
            "owner": token,
            "started_at": now,
            "finished_at": None,
            "lease_until": now + dt.timedelta(seconds=seconds),
        }
        with transactions.shielded(alias, writes=True):
            rows = self._rows(alias)
            due = models.Q(started_at__lte=now - dt.timedelta(seconds=every))
            unheld = models.Q(lease_until=None) | models.Q(lease_until__lte=now)
            free = rows if force else rows.filter(due & unheld)
            if free.update(**claim):
                return True
            latest = rows.values_list("started_at", flat=True).first()
            if latest is None:
                return self._inserted(claim, alias)
        self._stamp(clock.epoch_seconds(latest), every)
        return False

    def _is_held(self) -> bool:
        """Tell whether the table, which could not be written, names a live owner."""
        alias = router.db_for_read(PrecacheRun)
        now = clock.column_time(clock.now())
        try:
            with transactions.shielded(alias):
                return self._rows(alias).filter(lease_until__gt=now).exists()
        except DatabaseError:
            return False

    def _inserted(self, claim: dict[str, Any], alias: str) -> bool:
        """Claim by the very first row; Any, for columns hold many types."""
        row = PrecacheRun(
            key=self._key.digest,
            model=self.model,
            manager_name=self.manager,
            database=self.database,
            **claim,
        )
        try:
            with transactions.shielded(alias, writes=True):
                row.save(using=alias, force_insert=True)
        except IntegrityError:
            return False
        return True
