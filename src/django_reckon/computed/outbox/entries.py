"""Stale rows as rows of a table, and back."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Final

from django.db import DatabaseError
from django.utils import timezone

from django_reckon.computed.refreshing.locating import usable
from django_reckon.computed.refreshing.work import Due, Route, Work
from django_reckon.computed.tables import PendingUpdate
from django_reckon.conf import computed as conf
from django_reckon.exceptions import ConfigurationError
from django_reckon.ground.batches import batches
from django_reckon.ground.installed import apps
from django_reckon.ground.internals import columns_at
from django_reckon.ground.plain_keys import key_of, plain_key

logger: Final = logging.getLogger(__name__)

_NO_TABLE: Final = (
    "Database {alias!r} lacks the table django_reckon_pendingupdate, in which the "
    "strategy 'background' keeps what is stale. Run: manage.py migrate django_reckon "
    "--database {alias}"
)


def store(alias: str, work: Work) -> None:
    """
    Keep in the transaction that is open what is due.

    Raises:
        ConfigurationError: The table is missing.
        ValueError: A key would not be read back from JSON as it is.

    Cost:
        One INSERT, for many thousand keys as for one.
    """
    entries = list(_entries(alias, work))
    try:
        PendingUpdate.objects.using(alias).bulk_create(entries)
    except DatabaseError as error:
        if PendingUpdate._meta.db_table in str(error):
            raise ConfigurationError(_NO_TABLE.format(alias=alias)) from error
        raise


def _entries(alias: str, work: Work) -> Iterator[PendingUpdate]:
    now, most = timezone.now(), conf.current().querysize
    for route, due in work.due.items():
        for keys in [None] if due.everything else _keys(alias, route, due, most):
            yield PendingUpdate(
                target=route.target._meta.label,
                lookup=route.lookup,
                loose=route.loose,
                keys=keys,
                size=len(keys or ()),
                fields=sorted(due.fields),
                created_at=now,
            )


def _keys(
    alias: str, route: Route, due: Due, most: int
) -> Iterator[list[object] | None]:
    columns = columns_at(route.target, route.lookup)
    keys = (plain_key(columns, key) for key in usable(alias, route, due.keys))
    yield from batches(keys, most)


def work_in(entry: PendingUpdate) -> Work:
    """
    Return what an entry says is due: nothing, if its model is gone.

    Raises:
        ValueError: A key is none of the columns any more.
        FieldError: Its lookup leads nowhere any more.
    """
    work = Work()
    try:
        target = apps.get_model(entry.target)
    except LookupError:
        logger.warning("Pending update %s is dropped: %s is gone.", entry.pk, entry)
        return work
    keys = None
    if entry.keys is not None:
        columns = columns_at(target, entry.lookup)
        keys = [key_of(columns, each) for each in entry.keys]
    work.add(Route(target, entry.lookup, entry.loose), keys, entry.fields)
    return work
