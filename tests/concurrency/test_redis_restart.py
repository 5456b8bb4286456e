"""A cache server that goes away and comes back while threads count."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import caches

from tests.support.database import committing
from tests.support.threads import start
from tests.support.workers import PATIENCE
from tests.support.world import add_essays
from tests.testapp.models import Essay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

    from tests.support.clock import FakeClock

pytestmark = [committing, pytest.mark.slow, pytest.mark.servers]

THREADS = 4


class PrivateRedis:
    """A Redis of this test alone."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Return when it accepts connections, as it says itself."""
        command = ["redis-server", "--port", str(self.port), "--save", ""]
        self._process = subprocess.Popen(
            [*command, "--bind", "127.0.0.1"], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if "Ready to accept connections" in line:
                return
        pytest.fail("The private Redis did not start.")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


@pytest.fixture
def private_redis(settings: Settings) -> Iterator[PrivateRedis]:
    if shutil.which("redis-server") is None:
        pytest.skip("needs the program redis-server")
    server = PrivateRedis()
    server.start()
    settings.CACHES = {
        **settings.CACHES,
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": f"redis://127.0.0.1:{server.port}/0",
        },
    }
    yield server
    server.stop()


class Load:
    """Threads that count without a pause, until they are told to stop."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.counted = threading.Semaphore(0)
        self._futures = [start(self._run) for _ in range(THREADS)]

    def wait_for(self, number: int) -> None:
        """Return when so many more counts are made."""
        for _ in range(number):
            assert self.counted.acquire(timeout=PATIENCE)

    def end(self) -> set[int]:
        """Return every number that was counted; raise what a thread raised."""
        self.stop.set()
        return set().union(*(future.result(PATIENCE) for future in self._futures))

    def _run(self) -> set[int]:
        try:
            found: set[int] = set()
            while not self.stop.is_set():
                found.add(Essay.objects.count())
                self.counted.release()
            return found
        finally:
            caches["default"].close()


def test_counts_stay_right_while_the_cache_server_is_restarted(
    private_redis: PrivateRedis, fake_clock: FakeClock
) -> None:
    add_essays(3)
    load = Load()
    load.wait_for(100)

    private_redis.stop()
    load.wait_for(100)
    private_redis.start()
    load.wait_for(100)
    private_redis.stop()
    load.wait_for(100)
    counted = load.end()

    assert counted == {3}


def test_cache_server_that_is_back_is_used_again(
    private_redis: PrivateRedis, fake_clock: FakeClock
) -> None:
    add_essays(3)
    private_redis.stop()
    before: Any = Essay.objects.all().count_info()
    private_redis.start()
    fake_clock.advance(1.1)
    Essay.objects.count()

    after: Any = Essay.objects.all().count_info()

    assert (before.value, before.source) == (3, "exact")
    assert (after.value, after.source) == (3, "cache")
