"""Processes that want the same count, or notice the same due date, at the same time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from django_reckon.models import FastCount, PrecacheRun
from tests.support.database import committing
from tests.support.workers import lend_databases
from tests.support.world import add_essays, add_visits

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = [committing, pytest.mark.slow]

RECORDING = json.dumps(
    {"FAST_COUNT_DISPATCHER": "tests.support.stores.RecordingDispatcher"}
)


@pytest.fixture
def _redis(settings: Settings, redis_url: str) -> None:
    settings.CACHES = {
        **settings.CACHES,
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": redis_url,
            "KEY_PREFIX": settings.REDIS_KEY_PREFIX,
        },
    }


@pytest.fixture
def _locmem(settings: Settings) -> None:
    settings.CACHES = {**settings.CACHES, "default": settings.CACHES["locmem"]}


def crew(
    task: str, size: int, monkeypatch: pytest.MonkeyPatch, **environment: str
) -> list[dict[str, Any]]:
    """Run a task in so many processes and return what each of them says."""
    lend_databases(monkeypatch)
    done = subprocess.run(
        [sys.executable, "-m", "tests.concurrency.crew", task, str(size)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    # Shown by pytest when the test fails: why some of the crew said nothing.
    sys.stderr.write(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.servers
@pytest.mark.usefixtures("_redis")
def test_eight_processes_over_a_shared_cache_run_one_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_essays(2)

    said = crew("count", 8, monkeypatch)

    assert [each["counted"] for each in said] == [2] * 8
    assert sum(each["counts"] for each in said) == 1
    assert FastCount.objects.get().count == 2


@pytest.mark.servers
@pytest.mark.usefixtures("_redis")
def test_processes_go_on_when_the_one_that_counts_is_killed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its lock falls free after the limit, and the number is right all the same."""
    add_essays(2)

    said = crew("die", 8, monkeypatch, RECKON_CHILD_FLIGHT_LIMIT="1")

    assert [each["counted"] for each in said] == [2] * 7


@pytest.mark.servers
@pytest.mark.usefixtures("_redis")
def test_twenty_processes_over_a_shared_cache_launch_one_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_visits(2)

    said = crew("launch", 20, monkeypatch, RECKON_CHILD_SETTINGS=RECORDING)

    assert [each["counted"] for each in said] == [2] * 20
    assert sum(each["launched"] for each in said) == 1


@pytest.mark.usefixtures("_locmem")
def test_twenty_processes_with_caches_of_their_own_launch_one_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Their caches know nothing of each other; the table decides."""
    add_visits(2)

    said = crew("launch", 20, monkeypatch, RECKON_CHILD_SETTINGS=RECORDING)

    assert [each["counted"] for each in said] == [2] * 20
    assert sum(each["launched"] for each in said) == 1
    assert PrecacheRun.objects.count() == 1
