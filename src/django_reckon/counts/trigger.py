"""Noticing that precaching is due, and having it done."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from typing import Final

from django.db import router

from django_reckon.conf import counts as conf
from django_reckon.counts import precache
from django_reckon.counts.dispatchers import DISPATCHERS
from django_reckon.counts.lease import Lease
from django_reckon.counts.policy import CountPolicy
from django_reckon.counts.tables import PrecacheRun
from django_reckon.ground import clock, transactions
from django_reckon.ground.loading import load
from django_reckon.protocols import Dispatcher, PrecacheJob

logger: Final = logging.getLogger(__name__)

FORCE_SYNC: Final = "DJANGO_FAST_COUNT_FORCE_SYNC_PRECACHE"
# A lock found taken is looked at again after this part of the period.
RETRY_PART: Final = 10

# Manager -> monotonic second before which nobody need ask whether it is due. So a
# hit costs the lookup here and no second round trip to the cache.
_asleep_until: dict[tuple[str, str, str], float] = {}


def may_be_due(model: str, alias: str, policy: CountPolicy) -> bool:
    """Tell whether it is time to ask; costs no I/O."""
    until = _asleep_until.get((model, policy.manager_name, alias), 0.0)
    return (
        until <= clock.monotonic()
        and not policy.disable_forked_precaching
        and not policy.problems
        and not precache.is_running()
    )


def start_if_due(model: str, alias: str, policy: CountPolicy) -> None:
    """
    Have the manager precached if that is due and nobody else is at it.

    Never raises. Inside a transaction it waits for the COMMIT; in a TestCase, where
    none comes, nothing is started.

    Cost:
        One round trip to the cache, once a period in each process; when due, the lock
        and a statement or two more.
    """
    try:
        if not transactions.is_test_case(alias):
            # The lock's row must not hang on a transaction of the caller's either.
            lock_alias = router.db_for_write(PrecacheRun)
            transactions.when_committed(_Start(model, alias, policy), alias, lock_alias)
    except Exception:
        logger.exception("Whether precaching of %s is due cannot be told.", model)


def wake() -> None:
    """Ask again at the next count, for every manager."""
    _asleep_until.clear()


@dataclass(frozen=True, slots=True)
class _Start:
    """The question whether precaching is due; waits for a COMMIT if one is ahead."""

    model: str
    alias: str
    policy: CountPolicy

    def __call__(self) -> None:
        """Start precaching if it is due, and note when to ask again."""
        policy = self.policy
        try:
            sleep = _started(precache.lease(self.model, self.alias, policy), policy)
        except Exception:
            sleep = policy.precache_seconds / RETRY_PART
            logger.exception("Precaching of %s could not start.", self.model)
        name = (self.model, policy.manager_name, self.alias)
        _asleep_until[name] = clock.monotonic() + sleep


def _started(lease: Lease, policy: CountPolicy) -> float:
    """Start the work if it is due; return the seconds until to ask again."""
    every = policy.precache_seconds
    due_at = lease.due_at(every)
    if due_at is not None and due_at > clock.now():
        return due_at - clock.now()
    token = lease.take(every=every, seconds=policy.lock_seconds)
    if token is None:
        due_at = lease.due_at(every) or 0.0
        return max(due_at - clock.now(), every / RETRY_PART)
    job = PrecacheJob(lease.model, lease.manager, lease.database, token)
    try:
        dispatcher_for(policy).dispatch(job)
    except BaseException:
        lease.give_back(token)
        raise
    return every


def dispatcher_for(policy: CountPolicy) -> Dispatcher:
    """
    Return the dispatcher of that policy; inline where the environment forces it.

    Raises:
        ConfigurationError: The setting or the manager's argument names none.
    """
    spec = policy.dispatcher or conf.current().dispatcher
    if os.environ.get(FORCE_SYNC, "").lower() in {"1", "true"}:
        spec = "inline"
    setting = f"{conf.PREFIX}DISPATCHER"
    dispatcher: Dispatcher = load(
        spec, DISPATCHERS, setting=setting, protocol=Dispatcher
    )
    return dispatcher
