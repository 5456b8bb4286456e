"""Version stamps: one number in every key of a manager, raised to forget them all."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any, Final

from django.db.models import Manager, Model

from django_reckon.counts import lock
from django_reckon.counts.chain import chain_for
from django_reckon.counts.policy import CountPolicy
from django_reckon.ground import clock
from django_reckon.ground.digest import digest
from django_reckon.ground.installed import apps
from django_reckon.ground.internals import row_tables
from django_reckon.protocols import CountCache, CountEntry, CountKey

logger: Final = logging.getLogger(__name__)

# How long a stamp lives in the cache. One that is lost costs misses, never a number.
LIFE_SECONDS: Final = 30 * 86_400.0


def stamped(name: str, model: type[Model], alias: str, policy: CountPolicy) -> str:
    """
    Return the digest with the manager's current stamp in it.

    A count that began before a write committed is kept under the old stamp, where
    nobody will look for it.

    Cost:
        One cache round trip, for managers with invalidate_on_write only.
    """
    if not policy.invalidate_on_write:
        return name
    store = chain_for(policy).shared
    key = _key(model, policy.manager_name, alias)
    entry = store.get(key) or _renewed(store, key)
    return digest(name, entry.value)


def renew(model: type[Model], alias: str) -> None:
    """Forget the counts of every manager that asked for it; never raises."""
    for each, policy in _forgetful(model):
        try:
            key = _key(each, policy.manager_name, alias)
            _renewed(chain_for(policy).shared, key)
        except Exception:
            logger.exception("Counts of %s were not dropped.", each._meta.label)


def _forgetful(model: type[Model]) -> list[tuple[type[Model], CountPolicy]]:
    """Return the managers that want the model's counts dropped, and on which model."""
    policies = [(each, getattr(m, "policy", None)) for each, m in _managers(model)]
    return [
        (each, policy)
        for each, policy in policies
        if isinstance(policy, CountPolicy) and policy.invalidate_on_write
    ]


@lru_cache(maxsize=1024)
def _managers(model: type[Model]) -> tuple[tuple[type[Model], Manager[Any]], ...]:
    """Return every manager that counts the table of a model, alone or with its own."""
    return tuple(
        (each, manager)
        for each in apps.get_models()
        if model in row_tables(each)
        for manager in each._meta.managers
    )


def _key(model: type[Model], manager: str, alias: str) -> CountKey:
    label = model._meta.label
    return CountKey(label, manager, digest("stamp", label, manager, alias))


def _renewed(store: CountCache, key: CountKey) -> CountEntry:
    now = clock.now()
    until = now + LIFE_SECONDS
    entry = CountEntry(lock.new_token(), now, until, until)
    store.set(key, entry)
    return entry
