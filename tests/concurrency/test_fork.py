"""A process that forks in the middle of the work of its threads."""

from __future__ import annotations

import datetime as dt
import os
import signal
import threading
import warnings
from typing import TYPE_CHECKING

import pytest
from django.db import connections

from django_reckon.counts.small import small
from tests.support.database import committing
from tests.support.holding import Holding
from tests.support.statements import on_every_connection
from tests.support.threads import start
from tests.support.workers import PATIENCE
from tests.support.world import add_essays
from tests.testapp.models import Essay

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django import Settings

pytestmark = [committing, pytest.mark.slow]

# Seconds after which the system kills a child that stands still.
ALARM = 10


def exit_status(work: Callable[[], bool]) -> int:
    """Fork, do the work in the child, and return 0 if it gave True in time."""
    with warnings.catch_warnings():
        # Forking beside threads is what this file is about.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        signal.alarm(ALARM)
        try:
            # The parent's: closing them, or letting go of them, would end its sessions.
            inherited = [each.connection for each in connections.all()]
            for each in connections.all():
                each.connection = None
            assert len(inherited) > 0
            os._exit(0 if work() else 3)
        finally:
            os._exit(4)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def test_child_waits_for_no_flight_of_its_parents_threads(
    settings: Settings,
) -> None:
    settings.FAST_COUNT_FLIGHT_LIMIT = dt.timedelta(milliseconds=300)
    add_essays(2)
    held = Holding()

    with on_every_connection(held):
        other = start(Essay.objects.count)
        assert held.started.wait(PATIENCE)
        status = exit_status(lambda: Essay.objects.count() == 2)
        held.let_go.set()

    assert status == 0
    assert other.result(PATIENCE) == 2


def test_child_inherits_no_lock_that_a_parents_thread_holds() -> None:
    """A thread that notes a small count at that very moment is not in the child."""
    add_essays(2)
    holding, let_go = threading.Event(), threading.Event()

    def note() -> None:
        with small._lock:
            holding.set()
            let_go.wait(PATIENCE)

    other = start(note)
    assert holding.wait(PATIENCE)

    status = exit_status(lambda: Essay.threshold.count() == 2)

    let_go.set()
    other.result(PATIENCE)
    assert status == 0


def test_parent_counts_on_after_a_fork() -> None:
    add_essays(2)

    status = exit_status(lambda: Essay.objects.count() == 2)

    assert status == 0
    assert Essay.objects.count() == 2
