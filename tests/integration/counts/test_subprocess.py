"""Precaching in a process of its own, with real children on the test database."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.core.cache import cache
from django.test.utils import override_settings
from typing_extensions import override

from django_reckon.counts import precache, trigger
from django_reckon.counts.dispatchers.process import SubprocessDispatcher
from django_reckon.exceptions import BackendError
from django_reckon.models import FastCount, PrecacheRun
from django_reckon.protocols import CountInfo, PrecacheJob
from tests.support import database
from tests.support.database import committing
from tests.support.reset import forget_everything
from tests.support.workers import join_precache_threads, lend_databases
from tests.support.world import add_books, add_visits
from tests.testapp.models import Book, Visit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoDbBlocker

pytestmark = committing

VISITS: Final = PrecacheJob("testapp.Visit", "objects", "default", token=1)


@dataclass
class Run:
    """What was seen of children; each starts for seconds, so many tests look at one."""

    counted: list[int] = field(default_factory=list)
    threads: list[str] = field(default_factory=list)
    records: list[logging.LogRecord] = field(default_factory=list)
    rows: list[tuple[str, str, int, bool]] = field(default_factory=list)
    databases: set[str] = field(default_factory=set)
    free: list[bool] = field(default_factory=list)
    info: CountInfo | None = None
    threads_later: list[str] = field(default_factory=list)

    @property
    def pids(self) -> list[int]:
        found = [re.search(r"pid (\d+)", name) for name in self.threads]
        return [int(match[1]) for match in found if match]


class _Listener(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.records: list[logging.LogRecord] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@contextmanager
def listening() -> Iterator[list[logging.LogRecord]]:
    """Collect what the library logs, debug lines aside."""
    logger, listener = logging.getLogger("django_reckon"), _Listener()
    level = logger.level
    logger.addHandler(listener)
    logger.setLevel(logging.INFO)
    try:
        yield listener.records
    finally:
        logger.removeHandler(listener)
        logger.setLevel(level)


@contextmanager
def dispatching(**environment: str) -> Iterator[pytest.MonkeyPatch]:
    """Dispatch by subprocess, with children on the databases of this run."""
    with (
        pytest.MonkeyPatch.context() as patch,
        override_settings(FAST_COUNT_DISPATCHER="subprocess"),
    ):
        cache.clear()
        forget_everything()
        lend_databases(patch)
        for name, value in environment.items():
            patch.setenv(name, value)
        yield patch
        join_precache_threads()
        forget_everything()


def is_free(alias: str = "default") -> bool:
    lease = precache.lease("testapp.Visit", alias, Visit.objects.policy)
    return lease.take(every=0.0, seconds=10.0) is not None


def reason(record: logging.LogRecord) -> str:
    """Return what the logged exception says."""
    return str(record.exc_info[1]) if record.exc_info else ""


def look(run: Run) -> Run:
    """Wait for the children and take down what they left."""
    run.threads = join_precache_threads()
    run.rows = list(
        FastCount.objects.values_list(
            "content_type__model", "manager_name", "count", "is_precached"
        )
    )
    run.databases = set(PrecacheRun.objects.values_list("database", flat=True))
    return run


@pytest.fixture(scope="module")
def ordinary(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Run:
    """Two databases due at once, and a model beside them that is not."""
    run = Run()
    with django_db_blocker.unblock(), dispatching(), listening() as run.records:
        add_visits(3)
        add_visits(5, using="other")
        add_books(2)
        Book.objects.count()
        run.counted = [
            Visit.objects.count(),
            Visit.objects.using("other").count(),
        ]
        look(run)
        home: Any = Visit.objects.filter(page="home")
        run.info = home.count_info()
        trigger.wake()
        Visit.objects.count()
        run.threads_later = join_precache_threads()
        run.free = [is_free("default"), is_free("other")]
        database.empty()
    return run


def test_count_is_right_while_children_start(ordinary: Run) -> None:
    assert ordinary.counted == [3, 5]


def test_each_due_database_gets_a_child(ordinary: Run) -> None:
    assert len(ordinary.pids) == 2
    assert ordinary.databases == {"default", "other"}


def test_children_precache_the_due_manager_and_no_other(ordinary: Run) -> None:
    assert sorted(ordinary.rows) == [
        ("book", "objects", 2, False),
        ("visit", "objects", 3, True),
        ("visit", "objects", 3, True),
        ("visit", "objects", 5, True),
        ("visit", "objects", 5, True),
    ]


def test_counts_of_a_child_answer_here(ordinary: Run) -> None:
    assert ordinary.info is not None
    assert ordinary.info.value == 3
    assert ordinary.info.source in {"cache", "stored"}


def test_children_leave_no_zombie(ordinary: Run) -> None:
    for pid in ordinary.pids:
        with pytest.raises(ChildProcessError):
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)


def test_children_leave_no_lock(ordinary: Run) -> None:
    assert ordinary.free == [True, True]


def test_no_second_child_starts_within_the_period(ordinary: Run) -> None:
    assert ordinary.threads_later == []


def test_output_of_the_children_comes_to_our_log(ordinary: Run) -> None:
    said = sorted(record.getMessage() for record in ordinary.records)

    assert [record.levelno for record in ordinary.records] == [logging.INFO] * 2
    assert "testapp.Visit.objects on default" in said[0]
    assert "testapp.Visit.objects on other" in said[1]


@pytest.fixture(scope="module", params=["by exit", "killed"])
def deadly(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Run:
    """A child that ends before it has counted."""
    run = Run()
    with (
        django_db_blocker.unblock(),
        dispatching(RECKON_CHILD_ENDS=request.param),
        listening() as run.records,
    ):
        run.counted = [Visit.objects.count()]
        look(run)
        run.free = [is_free()]
        database.empty()
    return run


def test_child_that_dies_is_logged_with_its_last_words(deadly: Run) -> None:
    (record,) = deadly.records

    assert record.levelno == logging.ERROR
    assert re.search(
        r"testapp\.Visit\.objects ended with status (1|-9)\b", record.getMessage()
    )
    assert "the last words of the child" in record.getMessage()


def test_child_that_dies_leaves_the_lock_free(deadly: Run) -> None:
    assert deadly.free == [True]


def test_child_whose_counts_fail_is_logged_and_leaves_the_lock_free() -> None:
    broken = json.dumps({"FAST_COUNT_TENANT": "tests.support.tenants.broken"})

    with dispatching(RECKON_CHILD_SETTINGS=broken), listening() as records:
        Visit.objects.count()
        join_precache_threads()

    (record,) = records
    assert record.levelno == logging.ERROR
    assert "status 1" in record.getMessage()
    assert is_free()


def test_child_needs_no_manage_py_and_no_import_path_of_its_own() -> None:
    """The empty entry of the path means this directory, wherever the child stands."""
    add_visits(3)
    root = str(Path.cwd())

    with dispatching() as patch:
        patch.delenv("PYTHONPATH", raising=False)
        patch.setattr(sys, "path", ["" if at == root else at for at in sys.path])
        Visit.objects.count()
        join_precache_threads()

    assert FastCount.objects.filter(count=3).count() == 2


def test_interpreter_that_is_not_there_harms_no_count() -> None:
    dispatcher = {"BACKEND": "subprocess", "OPTIONS": {"python": "/no/such/python"}}
    add_visits(3)

    with (
        dispatching(),
        override_settings(FAST_COUNT_DISPATCHER=dispatcher),
        listening() as records,
    ):
        counted = Visit.objects.count()

    assert counted == 3
    assert len(records) == 1
    assert "/no/such/python" in reason(records[0])
    assert is_free()


def test_settings_without_a_module_say_what_to_do() -> None:
    """settings.configure() leaves nothing that another process could import."""
    with dispatching() as patch:
        patch.delenv("DJANGO_SETTINGS_MODULE")
        with pytest.raises(BackendError) as caught:
            SubprocessDispatcher().dispatch(VISITS)

    assert "settings.configure()" in str(caught.value)
    assert "thread" in str(caught.value)


def test_settings_without_a_module_harm_no_count() -> None:
    add_visits(3)

    with dispatching() as patch, listening() as records:
        patch.delenv("DJANGO_SETTINGS_MODULE")
        counted = Visit.objects.count()

    assert counted == 3
    assert len(records) == 1
    assert "settings.configure()" in reason(records[0])
    assert is_free()
