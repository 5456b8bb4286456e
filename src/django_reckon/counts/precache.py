"""Counting ahead of the callers."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from typing import Any, Final

import anyio
import anyio.to_thread
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet

from django_reckon.conf import counts as conf
from django_reckon.counts.chain import chain_for, made_entry
from django_reckon.counts.declared import Named, declared
from django_reckon.counts.lease import Lease
from django_reckon.counts.policy import CountPolicy
from django_reckon.counts.report import PrecachedCount, PrecacheReport
from django_reckon.counts.request import request_for
from django_reckon.exceptions import ConfigurationError
from django_reckon.ground import clock, transactions
from django_reckon.ground.aio import in_thread
from django_reckon.ground.installed import apps
from django_reckon.ground.internals import chosen_alias
from django_reckon.ground.vendors import vendor_of
from django_reckon.protocols import PrecacheJob

logger: Final = logging.getLogger(__name__)

# Set in the environment of processes that were started to precache.
CHILD: Final = "DJANGO_RECKON_PRECACHE_CHILD"
_running: Final = ContextVar("reckon_precaching", default=False)


def is_running() -> bool:
    """Tell whether this code runs on behalf of precaching; it must start no other."""
    return _running.get() or CHILD in os.environ


def run(
    base: QuerySet[Any],
    policy: CountPolicy,
    *,
    progress: Callable[[list[Named]], Iterable[Named]] = iter,
) -> PrecacheReport:
    """
    Count base and what the model's fast_count_querysets() returns, and keep it all.

    A queryset that fails is reported and logged; the rest still runs.

    Args:
        base: All rows of a manager; its database is counted in.
        policy: The manager's configuration.
        progress: Told of the querysets before they are counted, one by one.

    Cost:
        One COUNT and one write for each queryset.
    """
    counted = [_counted(item, policy) for item in progress(_work(base))]
    return _reported(base, policy, counted)


async def arun(base: QuerySet[Any], policy: CountPolicy) -> PrecacheReport:
    """
    Async twin of run(), counting several querysets at once.

    Each worker thread has its own connection and closes it. Inside a transaction, and
    where a second connection would see other rows, they are counted one by one on the
    caller's connection. A cancelled caller leaves every finished count kept.
    """
    if not await in_thread(_is_divisible)(base.db):
        return await in_thread(run)(base, policy)
    work = await in_thread(_work)(base)
    results: dict[int, PrecachedCount] = {}
    limiter = anyio.CapacityLimiter(conf.current().concurrency)

    async def count(position: int, item: Named) -> None:
        results[position] = await anyio.to_thread.run_sync(
            _counted_apart, item, policy, limiter=limiter
        )

    async with anyio.create_task_group() as group:
        for position, item in enumerate(work):
            group.start_soon(count, position, item)
    return _reported(base, policy, [results[key] for key in sorted(results)])


def run_job(job: PrecacheJob) -> PrecacheReport:
    """
    Do a dispatched refresh and release its lock, whatever happens.

    Raises:
        ConfigurationError: No such model or manager here.
    """
    base, policy = managed(job.model, job.manager, job.database)
    try:
        return run(base, policy)
    finally:
        lease(job.model, job.database, policy).give_back(job.token)


def give_back(job: PrecacheJob) -> None:
    """Release the lock of a job that came to nothing; twice does no harm."""
    _, policy = managed(job.model, job.manager, job.database)
    lease(job.model, job.database, policy).give_back(job.token)


def lease(model: str, database: str, policy: CountPolicy) -> Lease:
    """Return what decides who may precache the manager in that database."""
    return Lease(model, policy.manager_name, database, chain_for(policy).shared)


def managed(
    model: str, manager: str, database: str | None
) -> tuple[QuerySet[Any], CountPolicy]:
    """
    Return all rows of a manager, and how it counts.

    Args:
        model: Label of the model.
        manager: Name of the manager on it.
        database: Alias; None for the one the router reads from.

    Raises:
        ConfigurationError: There is no such model, or no such FastCountManager.
    """
    try:
        found = apps.get_model(model)._meta.managers_map.get(manager)
    except (LookupError, ValueError) as error:
        raise ConfigurationError(f"There is no model {model!r}. {error}") from error
    policy = getattr(found, "policy", None)
    if found is None or not isinstance(policy, CountPolicy):
        raise ConfigurationError(
            f"{model!r} has no FastCountManager named {manager!r}. "
            "Give the name of the attribute it is assigned to."
        )
    return found.db_manager(database or found.db).all(), policy


def _work(base: QuerySet[Any]) -> list[Named]:
    """Return base and what the model declares, on base's database unless they say."""
    items: list[Named] = [(".all()", base), *declared(base.model)]
    return [
        (name, item.using(base.db))
        if isinstance(item, QuerySet) and chosen_alias(item) is None
        else (name, item)
        for name, item in items
    ]


def _is_divisible(alias: str) -> bool:
    """Tell whether other connections may count beside the caller's."""
    if transactions.is_open(alias):
        return False
    return vendor_of(connections[alias]).serves_threads(connections[alias])


def _counted_apart(item: Named, policy: CountPolicy) -> PrecachedCount:
    """Count in a worker thread, which must not leave connections behind."""
    try:
        return _counted(item, policy)
    finally:
        connections.close_all()


def _counted(item: Named, policy: CountPolicy) -> PrecachedCount:
    name, queryset = item
    began = clock.monotonic()
    digest: str | None = None
    count: int | None = None
    error: str | None = None
    before = _running.set(True)
    try:
        if isinstance(queryset, ConfigurationError):
            raise queryset
        digest, count = _kept(queryset, policy)
    except EmptyResultSet:
        count = 0
    except Exception as caught:
        error = f"{type(caught).__name__}: {caught}"
        logger.exception("Precaching %s failed.", name)
    finally:
        _running.reset(before)
    return PrecachedCount(name, digest, count, error, clock.monotonic() - began)


def _kept(queryset: QuerySet[Any], policy: CountPolicy) -> tuple[str, int]:
    """Count the rows and keep the number, whatever its size."""
    if policy.problems:
        raise ConfigurationError(" ".join(policy.problems))
    request = request_for(queryset, policy)
    counted_at = clock.now()
    with transactions.shielded(request.alias):
        count = request.count()
    entry = made_entry(count, counted_at, request.retention, precached=True)
    chain_for(policy).keep(request, entry)
    return request.key.digest, count


def _reported(
    base: QuerySet[Any], policy: CountPolicy, results: list[PrecachedCount]
) -> PrecacheReport:
    label = base.model._meta.label
    report = PrecacheReport(label, policy.manager_name, base.db, tuple(results))
    logger.info(
        "Precached %d of %d counts of %s.%s on %s.",
        len(results) - len(report.failed),
        len(results),
        label,
        policy.manager_name,
        base.db,
    )
    return report
