"""Counts in the FastCount table."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, models, router
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery

from django_reckon.counts.tables import FastCount
from django_reckon.exceptions import BackendError
from django_reckon.ground import clock, transactions
from django_reckon.ground.aio import in_thread
from django_reckon.ground.installed import apps
from django_reckon.protocols import CountEntry, CountKey

logger: Final = logging.getLogger(__name__)

_READ = ("count", "last_updated", "expires_at", "is_precached")
_UNIQUE = ("queryset_hash", "manager_name", "content_type")


class TableCache:
    """
    Counts in the database, shared by all processes and kept over restarts.

    The rows live where the router sends FastCount, whichever database was counted. In
    an open transaction of that database a write waits for the COMMIT, so it neither
    locks nor dies with it, and a read cannot break it.

    Cost:
        One statement for each call; two more for a read inside a transaction on
        databases where an error would end it. The first write of a model may look up
        its content type.
    """

    def get(self, key: CountKey) -> CountEntry | None:
        """Return the row as an entry; expired rows too, until they are purged."""
        alias = router.db_for_read(FastCount)
        with _wrapped("read"), transactions.shielded(alias):
            if transactions.is_broken(alias):
                # The caller's trouble, and no sign that the table fails for others.
                return None
            rows = list(_matching(key, alias).values_list(*_READ)[:1])
        if not rows:
            return None
        count, last_updated, expires_at, is_precached = rows[0]
        return CountEntry(
            value=count,
            counted_at=clock.epoch_seconds(last_updated),
            fresh_until=clock.epoch_seconds(expires_at),
            # How long an expired count may serve is its manager's affair.
            keep_until=float("inf"),
            precached=is_precached,
        )

    def set(self, key: CountKey, entry: CountEntry) -> None:
        """Insert or replace the row, in one statement."""
        alias = router.db_for_write(FastCount)
        with _wrapped("write"):
            if transactions.is_open(alias):
                transactions.when_committed(_LateWrite(key, alias, entry), alias)
            else:
                _upsert(_row(key, entry, alias), alias)

    def add(self, key: CountKey, entry: CountEntry) -> bool:
        """
        Insert the row, or take over an expired one.

        In an open transaction of the table's database nothing is written and True
        returned: nobody else could see the row before the COMMIT, only wait for it.
        """
        alias = router.db_for_write(FastCount)
        now = clock.column_time(clock.now())
        with _wrapped("lock"):
            if transactions.is_open(alias):
                return True
            row = _row(key, entry, alias)
            free = _matching(key, alias).filter(expires_at__lte=now)
            if free.update(**{name: getattr(row, name) for name in _READ}):
                return True
            if _matching(key, alias).exists():
                return False
            return _inserted(row, alias)

    def delete(self, key: CountKey) -> None:
        """Delete the row."""
        alias = router.db_for_write(FastCount)
        with _wrapped("delete"), transactions.shielded(alias, writes=True):
            _matching(key, alias).delete()

    async def aget(self, key: CountKey) -> CountEntry | None:
        """Async twin of get()."""
        return await in_thread(self.get)(key)

    async def aset(self, key: CountKey, entry: CountEntry) -> None:
        """Async twin of set()."""
        await in_thread(self.set)(key, entry)

    async def aadd(self, key: CountKey, entry: CountEntry) -> bool:
        """Async twin of add()."""
        return await in_thread(self.add)(key, entry)

    async def adelete(self, key: CountKey) -> None:
        """Async twin of delete()."""
        await in_thread(self.delete)(key)


def _matching(key: CountKey, alias: str) -> models.QuerySet[FastCount]:
    """Find the row by its digest, which covers the model, so no join is needed."""
    rows = FastCount._base_manager.using(alias)
    return rows.filter(queryset_hash=key.digest, manager_name=key.manager)


def _row(key: CountKey, entry: CountEntry, alias: str) -> FastCount:
    content_type = ContentType.objects.db_manager(alias).get_for_model(
        apps.get_model(key.model), for_concrete_model=False
    )
    return FastCount(
        content_type=content_type,
        manager_name=key.manager,
        queryset_hash=key.digest,
        count=entry.value,
        last_updated=clock.column_time(entry.counted_at),
        expires_at=clock.column_time(entry.fresh_until),
        is_precached=entry.precached,
    )


@dataclass(frozen=True, slots=True)
class _LateWrite:
    """A write that waits for a COMMIT; of those of one key, only the latest counts."""

    key: CountKey
    alias: str
    entry: CountEntry = field(compare=False)

    def __call__(self) -> None:
        """Write, when no caller is left who could be told of an error."""
        try:
            with _wrapped("write"):
                _upsert(_row(self.key, self.entry, self.alias), self.alias)
        except BackendError as error:
            logger.warning("%s The count is not kept.", error)


def _upsert(row: FastCount, alias: str) -> None:
    """
    Write the row in one statement.

    bulk_create() would write the same one, wrapped in a BEGIN and a COMMIT: two more
    round trips in the request that happened to count.
    """
    fields = [
        field
        for field in FastCount._meta.local_concrete_fields
        if field != FastCount._meta.pk
    ]
    query = InsertQuery(
        FastCount,
        on_conflict=OnConflict.UPDATE,
        update_fields=[field for field in fields if field.name in _READ],
        unique_fields=[field for field in fields if field.name in _UNIQUE],
    )
    query.insert_values(fields, [row])
    query.get_compiler(using=alias).execute_sql()


def _inserted(row: FastCount, alias: str) -> bool:
    try:
        with transactions.shielded(alias, writes=True):
            row.save(using=alias, force_insert=True)
    except IntegrityError:
        return False
    return True


@contextmanager
def _wrapped(action: str) -> Iterator[None]:
    """Turn whatever the database layer raises into a BackendError."""
    try:
        yield
    except Exception as error:
        raise BackendError("Table FastCount", action, error) from error
