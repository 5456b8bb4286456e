"""Of many callers that miss together, one counts."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, field, replace
from typing import Final

from django_reckon.counts import lock
from django_reckon.ground import clock
from django_reckon.protocols import CountCache, CountInfo, CountKey

# Waiting for another process: the first look comes soon, later ones are rarer.
FIRST_POLL_SECONDS: Final = 0.005
LAST_POLL_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Trip:
    """
    What a caller brings along.

    Attributes:
        key: The count that is missing.
        count: Counts; returns the answer and whether others may have it. An answer
            that is not worth keeping is not worth being late by for anyone else.
        look: Looks again into the stores; None when they still have nothing fresh.
        last: A stale answer that serves whoever need not count.
    """

    key: CountKey
    count: Callable[[], tuple[CountInfo, bool]]
    look: Callable[[], CountInfo | None]
    last: CountInfo | None


@dataclass(frozen=True, slots=True)
class _Flight:
    leader: int = field(default_factory=threading.get_ident)
    began: float = field(default_factory=lambda: clock.monotonic())
    landed: Future[CountInfo | None] = field(default_factory=Future)


class SingleFlight:
    """
    The flights of this process, each over one key.

    Threads of this process wait for one another in memory; processes through a lock
    in the shared store. Nobody waits longer than the limit, then everyone counts.
    """

    def __init__(self) -> None:
        """Begin with no flight open."""
        self._flights: dict[CountKey, _Flight] = {}
        self._lock = threading.Lock()
        self.landings: int = 0

    def fly(self, trip: Trip, *, shared: CountCache, limit: float) -> CountInfo:
        """Return the count, made by this caller or by another one meanwhile."""
        flight, leads = self._board(trip.key)
        if not leads:
            return self._follow(flight, trip, limit)
        answer: CountInfo | None = None
        try:
            info, shareable = _lead(trip, shared, limit)
            answer = info if shareable else None
            return info
        finally:
            self._land(trip.key, flight, answer)

    def reset(self) -> None:
        """Forget every flight; a forked child has none of its parent's threads."""
        self.__init__()  # type: ignore[misc]  # the one way to stay in step with it

    def _board(self, key: CountKey) -> tuple[_Flight, bool]:
        with self._lock:
            flight = self._flights.get(key)
            if flight is not None:
                return flight, False
            self._flights[key] = flight = _Flight()
            return flight, True

    def _land(self, key: CountKey, flight: _Flight, answer: CountInfo | None) -> None:
        with self._lock:
            del self._flights[key]
            self.landings += 1
        flight.landed.set_result(answer)

    def _follow(self, flight: _Flight, trip: Trip, limit: float) -> CountInfo:
        if trip.last is not None:
            return trip.last
        if flight.leader != threading.get_ident():
            try:
                answer = flight.landed.result(timeout=limit)
            except FutureTimeoutError:
                answer = None
            if answer is not None:
                age = clock.monotonic() - flight.began
                return replace(answer, exact=False, age=age)
        return trip.count()[0]


def _lead(trip: Trip, shared: CountCache, limit: float) -> tuple[CountInfo, bool]:
    """Count on behalf of all processes, or wait for the one that does."""
    key = lock.lock_key(trip.key, "flight")
    token = lock.new_token()
    if not lock.acquire(shared, key, token, limit):
        return _await_other(trip, shared, key, limit)
    try:
        found = trip.look()
        return (found, True) if found is not None else trip.count()
    finally:
        lock.release(shared, key, token)


def _await_other(
    trip: Trip, shared: CountCache, key: CountKey, limit: float
) -> tuple[CountInfo, bool]:
    """
    Wait for the process that counts, and take its answer.

    When it has left none (it died, or its count was not worth keeping) all who waited
    count at once; one after the other they would wait for each other's.
    """
    if trip.last is not None:
        return trip.last, False
    deadline, poll = clock.monotonic() + limit, FIRST_POLL_SECONDS
    while lock.is_held(shared, key) and clock.monotonic() < deadline:
        time.sleep(poll)
        poll = min(poll * 2, LAST_POLL_SECONDS)
    found = trip.look()
    return (found, True) if found is not None else trip.count()


flights: Final = SingleFlight()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=flights.reset)
