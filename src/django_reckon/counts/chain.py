"""The resolvers of a manager, asked in order."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Final

from django.core.signals import setting_changed

from django_reckon.conf import counts as conf
from django_reckon.counts.caches import CACHES
from django_reckon.counts.caches.guard import Guard
from django_reckon.counts.caches.table import TableCache
from django_reckon.counts.policy import CountPolicy
from django_reckon.counts.resolvers import RESOLVERS
from django_reckon.counts.resolvers.exact import ExactCount
from django_reckon.counts.resolvers.kept import KeptCounts
from django_reckon.counts.singleflight import Trip, flights
from django_reckon.counts.small import small
from django_reckon.exceptions import ConfigurationError
from django_reckon.ground import clock, transactions
from django_reckon.ground.aio import in_thread
from django_reckon.ground.loading import load, named
from django_reckon.protocols import (
    BackendSpec,
    CountCache,
    CountEntry,
    CountInfo,
    CountKey,
    CountRequest,
    CountResolver,
    Retention,
)

# Entries made in one moment must not all expire in one: each lives up to this part
# shorter than promised, never longer.
JITTER: Final = 0.1


@dataclass(frozen=True, slots=True)
class Chain:
    """
    Who answers the counts of a manager, in order.

    Attributes:
        keepers: Resolvers that look up; the first one that knows answers.
        counter: The resolver that scans rows when no keeper knows.
        shared: Where processes see each other's locks.
    """

    keepers: tuple[CountResolver, ...]
    counter: CountResolver
    shared: CountCache

    def answer(self, request: CountRequest) -> CountInfo:
        """Return the count from the first resolver that has it."""
        landings = flights.landings
        last: CountInfo | None = None
        for position, keeper in enumerate(self.keepers):
            if position and small.knows(request.key):
                break
            info = keeper.resolve(request)
            if info is not None and not info.stale:
                self._lift(request, info, position)
                return info
            last = last or info
        return self._missed(request, last, landings)

    async def aanswer(self, request: CountRequest) -> CountInfo:
        """Async twin of answer(): a miss, or a keeper's own I/O, needs a thread."""
        landings = flights.landings
        last: CountInfo | None = None
        for position, keeper in enumerate(self.keepers):
            if position and small.knows(request.key):
                break
            info = await keeper.aresolve(request)
            if info is not None and not info.stale:
                if position:
                    await in_thread(self._lift)(request, info, position)
                return info
            last = last or info
        return await in_thread(self._missed)(request, last, landings)

    def keep(self, request: CountRequest, entry: CountEntry) -> None:
        """
        Give the entry to every resolver that keeps counts.

        A count made inside a transaction may include its uncommitted rows, so it is
        kept after the COMMIT or not at all.
        """
        small.note(request.key, kept=True)
        keeping = _Keeping(request.key, self.keepers, request, entry)
        transactions.when_committed(keeping, request.alias)

    def _lift(self, request: CountRequest, info: CountInfo, position: int) -> None:
        """Copy what a later keeper knew to those that were asked before it."""
        if info.entry is not None:
            earlier = self.keepers[:position]
            # A cache may be a table: no row of it is to wait for the caller's COMMIT.
            lifting = _Keeping(request.key, earlier, request, info.entry)
            transactions.when_committed(lifting, request.alias)

    def _missed(
        self, request: CountRequest, last: CountInfo | None, landings: int
    ) -> CountInfo:
        """Count, together with everyone else who wants the same count now."""
        alone = (
            not self.keepers
            or small.knows(request.key)
            or transactions.is_open(request.alias)
        )
        if alone:
            return self._count(request)[0]
        trip = Trip(
            key=request.key,
            count=lambda: self._count(request),
            look=lambda: self._look(request, landings),
            last=last,
        )
        limit = conf.current().flight_limit
        return flights.fly(trip, shared=self.shared, limit=limit)

    def _look(self, request: CountRequest, landings: int) -> CountInfo | None:
        """
        Look again, for another caller may have counted since.

        The first keeper tells what other processes did; the rest are asked only if a
        flight of this process has landed meanwhile.
        """
        keepers = self.keepers if flights.landings != landings else self.keepers[:1]
        for keeper in keepers:
            info = keeper.resolve(request)
            if info is not None and not info.stale:
                return info
        return None

    def _count(self, request: CountRequest) -> tuple[CountInfo, bool]:
        """Count, and keep the answer if it is worth keeping; tell whether it was."""
        counted_at, began = clock.now(), clock.monotonic()
        info = self.counter.resolve(request)
        if info is None:
            info = CountInfo(request.count(), ExactCount.name, exact=True, age=0.0)
        kept = request.retention.keeps(info.value, clock.monotonic() - began)
        if kept:
            self.keep(request, made_entry(info.value, counted_at, request.retention))
        else:
            small.note(request.key, kept=False)
        return info, kept


@dataclass(frozen=True, slots=True)
class _Keeping:
    """Keeping that may wait for a COMMIT; the latest of one key stands for all."""

    key: CountKey
    keepers: tuple[CountResolver, ...] = field(compare=False)
    request: CountRequest = field(compare=False)
    entry: CountEntry = field(compare=False)

    def __call__(self) -> None:
        """Give the entry to every keeper."""
        for keeper in self.keepers:
            keeper.keep(self.request, self.entry)


def made_entry(
    value: int, counted_at: float, retention: Retention, *, precached: bool = False
) -> CountEntry:
    """Return a new entry; those made in a crowd get a little less than their time."""
    # No secret hangs on it: the lives are spread, not hidden.
    share = 1.0 if precached else 1.0 - JITTER * random.random()  # noqa: S311
    fresh_until = counted_at + retention.fresh_for * share
    keep_until = fresh_until + retention.stale_for
    return CountEntry(value, counted_at, fresh_until, keep_until, precached)


_chains: dict[str, Chain] = {}


def chain_for(policy: CountPolicy) -> Chain:
    """
    Return the chain of that policy; the same object until a setting changes.

    Raises:
        ConfigurationError: A setting or an argument of the manager names no backend.
    """
    chain = _chains.get(policy.backends)
    if chain is None:
        chain = _chains[policy.backends] = _built(policy)
    return chain


def _built(policy: CountPolicy) -> Chain:
    settings = conf.current()
    specs = settings.resolvers if policy.resolvers is None else policy.resolvers
    if not isinstance(specs, list | tuple):
        raise ConfigurationError(f"resolvers is {specs!r}. Give a list of names.")
    cache_spec = settings.cache if policy.cache is None else policy.cache
    # Built even when no resolver reads it: the locks between processes lie there.
    shared = Guard(
        load(cache_spec, CACHES, setting=f"{conf.PREFIX}CACHE", protocol=CountCache)
    )
    resolvers = [_resolver(spec, shared) for spec in specs]
    counters = [resolver for resolver in resolvers if resolver.counts_rows]
    return Chain(
        keepers=tuple(item for item in resolvers if not item.counts_rows),
        counter=counters[0] if counters else ExactCount(),
        shared=shared,
    )


def _resolver(spec: BackendSpec, store: CountCache) -> CountResolver:
    setting = f"{conf.PREFIX}RESOLVERS"
    match named(spec, setting):
        case ("cache", _):
            return KeptCounts("cache", store)
        case ("stored", _):
            return KeptCounts("stored", Guard(TableCache()))
    resolver: CountResolver = load(
        spec, RESOLVERS, setting=setting, protocol=CountResolver
    )
    return resolver


def forget_chains(*, setting: str, **_: object) -> None:
    """Build chains anew after a setting they rest on has changed."""
    if setting.startswith(conf.PREFIX) or setting == "CACHES":
        _chains.clear()
        small.clear()


setting_changed.connect(forget_chains, dispatch_uid="django_reckon.counts.chain")
