"""Of many callers that miss together one counts; nobody waits longer than the limit."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final

import pytest
from typing_extensions import override

from django_reckon.counts import lock, singleflight
from django_reckon.counts.singleflight import SingleFlight, Trip
from django_reckon.protocols import CountInfo
from django_reckon.testing import DictCache
from tests.unit.entries import key_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.clock import FakeClock

KEY: Final = key_of("a")
LOCK: Final = lock.lock_key(KEY, "flight")
# Long enough for any machine; nothing here waits for it to pass.
LIMIT: Final = 60.0


def _info(value: int, *, stale: bool = False) -> CountInfo:
    return CountInfo(value, "exact", exact=not stale, age=0.0, stale=stale)


class Counter:
    """A COUNT that tells how often it ran; each answer is one more than the last."""

    def __init__(self, *, shareable: bool = True) -> None:
        self.calls = 0
        self.shareable = shareable

    def __call__(self) -> tuple[CountInfo, bool]:
        self.calls += 1
        return _info(self.calls), self.shareable


def _nothing() -> None:
    """Look into stores that have nothing."""


def _trip(
    count: Callable[[], tuple[CountInfo, bool]],
    *,
    look: Callable[[], CountInfo | None] = _nothing,
    last: CountInfo | None = None,
    name: str = "a",
) -> Trip:
    return Trip(key_of(name), count, look, last)


class WatchedFlight(SingleFlight):
    """A flight that tells when somebody is about to wait for its leader."""

    def __init__(self) -> None:
        super().__init__()
        self.followed = threading.Semaphore(0)

    @override
    def _follow(
        self, flight: singleflight._Flight, trip: Trip, limit: float
    ) -> CountInfo:
        self.followed.release()
        return super()._follow(flight, trip, limit)


class Together:
    """One leader, and followers that board while it counts."""

    def __init__(self, followers: int) -> None:
        self.flight = WatchedFlight()
        self.followers = followers
        self._leading = threading.Event()

    def led(self, count: Callable[[], tuple[CountInfo, bool]]) -> Trip:
        """Return a trip whose COUNT ends only when all followers have boarded."""

        def counting() -> tuple[CountInfo, bool]:
            self._leading.set()
            for _ in range(self.followers):
                assert self.flight.followed.acquire(timeout=LIMIT)
            return count()

        return _trip(counting)

    def fly(
        self, leader: Trip, follower: Trip, *, limit: float = LIMIT
    ) -> tuple[CountInfo | Exception, list[CountInfo]]:
        """Return what the leader got, or what it raised, and what the others got."""
        store = DictCache()
        with ThreadPoolExecutor(self.followers + 1) as pool:
            first = pool.submit(self.flight.fly, leader, shared=store, limit=LIMIT)
            assert self._leading.wait(LIMIT)
            others = [
                pool.submit(self.flight.fly, follower, shared=store, limit=limit)
                for _ in range(self.followers)
            ]
            led = first.exception() or first.result()
            assert isinstance(led, CountInfo | Exception)
            return led, [future.result() for future in others]


def test_lone_caller_counts() -> None:
    count = Counter()

    answer = SingleFlight().fly(_trip(count), shared=DictCache(), limit=LIMIT)

    assert (answer.value, count.calls) == (1, 1)


def test_followers_share_the_answer_of_the_leader() -> None:
    together = Together(followers=4)
    count, unused = Counter(), Counter()

    led, followed = together.fly(together.led(count), _trip(unused))

    assert isinstance(led, CountInfo)
    assert {info.value for info in followed} == {led.value}
    assert (count.calls, unused.calls) == (1, 0)


def test_answer_not_worth_keeping_is_not_shared() -> None:
    together = Together(followers=2)
    own = Counter()

    together.fly(together.led(Counter(shareable=False)), _trip(own))

    assert own.calls == 2


def test_error_of_the_leader_is_its_own() -> None:
    together = Together(followers=2)
    own = Counter()

    def fail() -> tuple[CountInfo, bool]:
        raise ZeroDivisionError

    led, followed = together.fly(together.led(fail), _trip(own))

    assert isinstance(led, ZeroDivisionError)
    assert len(followed) == own.calls == 2


def test_follower_counts_itself_when_the_limit_has_passed() -> None:
    together = Together(followers=2)
    own = Counter()

    together.fly(together.led(Counter()), _trip(own), limit=0.0)

    assert own.calls == 2


def test_stale_answer_serves_while_another_thread_counts() -> None:
    together = Together(followers=2)
    unused, stale = Counter(), _info(99, stale=True)

    _, followed = together.fly(together.led(Counter()), _trip(unused, last=stale))

    assert followed == [stale, stale]
    assert unused.calls == 0


def test_other_keys_do_not_wait() -> None:
    together = Together(followers=0)
    other = Counter()

    def counting() -> tuple[CountInfo, bool]:
        trip = _trip(other, name="another")
        return together.flight.fly(trip, shared=DictCache(), limit=LIMIT), True

    answer = together.flight.fly(_trip(counting), shared=DictCache(), limit=LIMIT)

    assert (answer.value, other.calls) == (1, 1)


def test_count_that_asks_for_itself_does_not_wait_for_itself() -> None:
    flight, inner = SingleFlight(), Counter()

    def counting() -> tuple[CountInfo, bool]:
        return flight.fly(_trip(inner), shared=DictCache(), limit=LIMIT), True

    answer = flight.fly(_trip(counting), shared=DictCache(), limit=LIMIT)

    assert (answer.value, inner.calls) == (1, 1)


def test_next_caller_after_the_landing_counts_anew() -> None:
    flight, store, count = SingleFlight(), DictCache(), Counter()
    flight.fly(_trip(count), shared=store, limit=LIMIT)

    answer = flight.fly(_trip(count), shared=store, limit=LIMIT)

    assert answer.value == 2


def test_next_caller_after_an_error_counts() -> None:
    flight, store, count = SingleFlight(), DictCache(), Counter()

    def fail() -> tuple[CountInfo, bool]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        flight.fly(_trip(fail), shared=store, limit=LIMIT)
    answer = flight.fly(_trip(count), shared=store, limit=LIMIT)

    assert (answer.value, count.calls) == (1, 1)


@pytest.mark.parametrize("fails", [False, True], ids=["success", "failure"])
def test_shared_lock_is_free_after_the_flight(*, fails: bool) -> None:
    store, flight = DictCache(), SingleFlight()

    def count() -> tuple[CountInfo, bool]:
        assert lock.is_held(store, LOCK)
        if fails:
            raise ZeroDivisionError
        return _info(1), True

    if fails:
        with pytest.raises(ZeroDivisionError):
            flight.fly(_trip(count), shared=store, limit=LIMIT)
    else:
        flight.fly(_trip(count), shared=store, limit=LIMIT)

    assert not lock.is_held(store, LOCK)


def test_lock_that_another_took_over_is_left_to_it(fake_clock: FakeClock) -> None:
    """A COUNT slower than the limit loses its lock, and must not free the next's."""
    store = DictCache()

    def count() -> tuple[CountInfo, bool]:
        fake_clock.advance(LIMIT)
        assert lock.acquire(store, LOCK, token=2, seconds=LIMIT)
        return _info(1), True

    SingleFlight().fly(_trip(count), shared=store, limit=LIMIT)

    assert lock.is_held(store, LOCK)


def test_leader_looks_again_before_it_counts() -> None:
    """Another process may have landed between the miss and the lock."""
    count, found = Counter(), _info(42)

    answer = SingleFlight().fly(
        _trip(count, look=lambda: found), shared=DictCache(), limit=LIMIT
    )

    assert (answer, count.calls) == (found, 0)


def test_landings_are_counted() -> None:
    flight, store = SingleFlight(), DictCache()

    for _ in range(3):
        flight.fly(_trip(Counter()), shared=store, limit=LIMIT)

    assert flight.landings == 3


def test_child_process_knows_nothing_of_its_parents_flights() -> None:
    flight, count = SingleFlight(), Counter()
    flight._board(KEY)

    flight.reset()

    answer = flight.fly(_trip(count), shared=DictCache(), limit=LIMIT)
    assert (answer.value, flight.landings) == (1, 1)


class Elsewhere:
    """A process that holds the lock, seen from this one's naps."""

    def __init__(
        self, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, store: DictCache
    ) -> None:
        self.naps: list[float] = []
        self.store = store
        self.when_awake: Callable[[], None] = _nothing
        self._clock = clock
        lock.acquire(store, LOCK, token=1, seconds=10 * LIMIT)
        monkeypatch.setattr(singleflight, "time", SimpleNamespace(sleep=self._nap))

    def _nap(self, seconds: float) -> None:
        self.naps.append(seconds)
        self._clock.advance(seconds)
        self.when_awake()

    def lands(self, after_naps: int) -> None:
        """Release the lock after that many naps."""

        def release() -> None:
            if len(self.naps) == after_naps:
                lock.release(self.store, LOCK, token=1)

        self.when_awake = release


@pytest.fixture
def elsewhere(fake_clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Elsewhere:
    """Have another process hold the lock; nobody really sleeps."""
    return Elsewhere(fake_clock, monkeypatch, DictCache())


def test_answer_of_another_process_is_taken(elsewhere: Elsewhere) -> None:
    elsewhere.lands(after_naps=3)
    count = Counter()

    def look() -> CountInfo | None:
        return _info(42) if len(elsewhere.naps) >= 3 else None

    answer = SingleFlight().fly(
        _trip(count, look=look), shared=elsewhere.store, limit=LIMIT
    )

    assert (answer.value, count.calls) == (42, 0)


def test_process_that_landed_without_an_answer_is_followed_by_a_count(
    elsewhere: Elsewhere,
) -> None:
    elsewhere.lands(after_naps=1)
    count = Counter()

    SingleFlight().fly(_trip(count), shared=elsewhere.store, limit=LIMIT)

    assert count.calls == 1
    assert not lock.is_held(elsewhere.store, LOCK)


def test_caller_counts_when_another_process_exceeds_the_limit(
    elsewhere: Elsewhere,
) -> None:
    count = Counter()

    SingleFlight().fly(_trip(count), shared=elsewhere.store, limit=1.0)

    assert count.calls == 1
    assert sum(elsewhere.naps) == pytest.approx(1.0, abs=0.1)


def test_lock_of_another_process_outlives_a_caller_that_went_ahead(
    elsewhere: Elsewhere,
) -> None:
    SingleFlight().fly(_trip(Counter()), shared=elsewhere.store, limit=1.0)

    assert lock.is_held(elsewhere.store, LOCK)


def test_stale_answer_serves_while_another_process_counts(
    elsewhere: Elsewhere,
) -> None:
    count, stale = Counter(), _info(99, stale=True)

    answer = SingleFlight().fly(
        _trip(count, last=stale), shared=elsewhere.store, limit=LIMIT
    )

    assert (answer, count.calls, elsewhere.naps) == (stale, 0, [])


def test_naps_grow_up_to_a_tenth_of_a_second(elsewhere: Elsewhere) -> None:
    SingleFlight().fly(_trip(Counter()), shared=elsewhere.store, limit=5.0)

    assert elsewhere.naps == sorted(elsewhere.naps)
    assert elsewhere.naps[0] == singleflight.FIRST_POLL_SECONDS
    assert elsewhere.naps[-1] == singleflight.LAST_POLL_SECONDS
