"""updatedata --parallel: as without, by several processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.conf import ENVIRONMENT_VARIABLE
from django.db import DatabaseError, connections, transaction

from django_reckon.computed.auditing.crew import Crew
from django_reckon.computed.auditing.ranges import KeyRange, key_ranges, keys_within
from django_reckon.computed.auditing.rebuild import is_entwined, schedule
from django_reckon.computed.writers import WRITERS
from django_reckon.exceptions import ConfigurationError, ResolutionError
from tests.commands.computed import APP, SPOILT, World, call, spoil
from tests.computedapp.corners import Fuse
from tests.computedapp.models import Branch, Country, Shelf, Ticket
from tests.source import ROOT
from tests.support.database import committing
from tests.support.workers import PATIENCE, lend_databases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = committing

# Seconds after which the system ends a worker that waits for nobody.
ALARM: Final = 30


def spoil_everything(world: World) -> None:
    """Let every field that SPOILT names be wrong in every row."""
    for model, name, value in SPOILT:
        spoil(world.all(model), **{name: value})


# The command.


def test_everything_is_right_and_told_as_without(world: World) -> None:
    spoil_everything(world)
    alone = call("updatedata", APP, "--querysize", "2")
    spoil_everything(world)

    done = call("updatedata", APP, "--querysize", "2", "--parallel", "3")

    assert (done.status, done.failure) == (0, "")
    assert world.wrong() == set()
    assert done.out == alone.out
    assert "0 written." not in done.out.splitlines()[-1]


def test_steps_wait_for_those_before(world: World) -> None:
    """Three levels: the country's code is in the lines, those are in the summaries."""
    spoil(world.all(Country), code="CH")

    call("updatedata", APP, "--querysize", "1", "--parallel", "2")

    assert world.wrong() == set()
    assert "CH" in world.all(Shelf)[:1].get().summary


@pytest.mark.parametrize("mode", sorted(WRITERS))
def test_workers_use_the_mode_that_was_asked_for(world: World, mode: str) -> None:
    spoil_everything(world)

    done = call("updatedata", APP, "--mode", mode, "--parallel", "2")

    assert done.status == 0
    assert world.wrong() == set()


def test_database_says_where_workers_write(world: World) -> None:
    there = World("other")
    there.build()
    for each in (world, there):
        spoil(each.all(Shelf), total=5)

    call("updatedata", APP, "--database", "other", "--parallel", "2")

    assert there.wrong() == set()
    assert len(world.wrong()) == 3


CHUNKS: Final = ["computedapp.Fuse", "--querysize", "2"]


@pytest.fixture
def fuses(db: None) -> list[int]:
    """Write six rows whose lengths are wrong, and return their keys in order."""
    keys = [Fuse.objects.create(text="fine").pk for _ in range(6)]
    spoil(Fuse.objects.all(), text="longer")
    return keys


def right() -> list[int]:
    """Return the keys of the fuses whose lengths are right."""
    rows = Fuse.objects.order_by("pk")
    return [fuse.pk for fuse in rows if fuse.length == len(fuse.text)]


def test_failure_of_a_worker_is_told_as_without(fuses: list[int]) -> None:
    spoil(Fuse.objects.filter(pk=fuses[5]), text="boom")

    done = call("updatedata", *CHUNKS, "--parallel", "2")

    assert done.status == 1
    assert done.failure.startswith(
        f"Computed field 'computedapp.Fuse.length' of pk {fuses[5]}: its function "
        "raised ZeroDivisionError: no length"
    )
    assert done.failure.endswith(
        " 4 rows written before stay so. Start the command again to go on; it writes "
        "only what still differs."
    )
    assert right()[:4] == fuses[:4]


def test_only_whole_numbers_from_one_are_taken() -> None:
    done = call("updatedata", "--parallel", "0")

    assert done.status == 1
    assert done.failure == "--parallel takes a whole number from 1, not 0."


def test_one_process_is_this_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def start(self: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(Crew, "_start", start)
    spoil_everything(world)

    call("updatedata", APP, "--parallel", "1")

    assert world.wrong() == set()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--parallel", "2", "--enqueue"], "--parallel and --enqueue"),
        (["--parallel", "1", "--from-json", "-"], "--parallel and --from-json"),
        (["--enqueue", "--from-json", "-"], "--enqueue and --from-json"),
    ],
)
def test_ways_cannot_be_combined(arguments: list[str], named: str) -> None:
    done = call("updatedata", *arguments)

    assert done.status == 1
    assert done.failure == f"{named} cannot be combined. Choose one of them."


def test_database_in_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        connections["default"], "is_in_memory_db", lambda: True, raising=False
    )

    done = call("updatedata", APP, "--parallel", "2")

    assert done.status == 1
    assert "'default' is in the memory of this process" in done.failure
    assert "Leave --parallel out." in done.failure


def test_open_transaction_is_refused(db: None) -> None:
    with transaction.atomic():
        done = call("updatedata", APP, "--parallel", "2")

    assert done.status == 1
    assert "A transaction is open on 'default'" in done.failure


# Ctrl-C.


@pytest.mark.slow
@pytest.mark.needs("row_locks")
def test_interrupt_ends_all_processes(
    fuses: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One worker waits for a lock, the other has done all else."""
    lend_databases(monkeypatch)
    with transaction.atomic():
        Fuse.objects.select_for_update().get(pk=fuses[0])
        process = start("updatedata", *CHUNKS, "--parallel", "2")
        until(lambda: right() == fuses[2:])
        os.killpg(process.pid, signal.SIGINT)
        _, told = process.communicate(timeout=PATIENCE)

    assert process.returncode == 130
    assert told.decode().startswith("CommandError: Interrupted. ")
    assert "rows written before stay so." in told.decode()
    assert "Traceback" not in told.decode()
    assert right() == fuses[2:]


def start(*arguments: str) -> subprocess.Popen[bytes]:
    """Start a command with a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "django", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def until(condition: Callable[[], bool]) -> None:
    """Wait for what other processes do, which nobody tells this one."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "nothing happens"
        threading.Event().wait(0.02)


@contextmanager
def alarmed() -> Iterator[None]:
    """End the process if the block stands still."""
    signal.alarm(ALARM)
    try:
        yield
    finally:
        signal.alarm(0)


# The crew.

HERE: Final = "tests.commands.test_updatedata_parallel"


def process_of(order: object) -> int:
    """Return who did it."""
    return os.getpid()


def meet(order: tuple[str, str]) -> str:
    """Wait in one process for another that opens the other end of a pipe."""
    path, mode = order
    with alarmed(), open(path, mode):  # noqa: PTH123 - no file but a pipe
        return mode


def fail(order: str) -> str:
    """Do well at some orders and not at others."""
    if order == "field":
        raise ResolutionError("shop.Shelf.total", 5, "no value")
    if order == "database":
        raise DatabaseError("no such table", object())
    if order == "other":
        raise LookupError("nothing there")
    if order == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    return order


def place_of(alias: str) -> Any:
    """Return where the worker looks for a database."""
    return connections[alias].settings_dict["NAME"]


def crew(job: Any, size: int = 2) -> Crew[Any, Any]:
    return Crew(size, f"{HERE}.{job.__name__}")


def test_orders_are_done_elsewhere_and_at_the_same_time(tmp_path: Path) -> None:
    path = str(tmp_path / "pipe")
    os.mkfifo(path)

    with crew(meet) as both:
        met = set(both.share([(path, "r"), (path, "w")]))

    assert met == {"r", "w"}


def test_one_at_a_time_starts_one_process() -> None:
    with crew(process_of, size=3) as all_three:
        seen = set(all_three.share(range(5), at_once=1))

    assert len(seen) == 1
    assert os.getpid() not in seen


def test_orders_are_read_as_workers_are_free() -> None:
    given: list[int] = []

    def orders() -> Iterator[int]:
        for order in range(10):
            given.append(order)
            yield order

    with crew(process_of, size=1) as one:
        results = one.share(orders())
        next(results)

        assert len(given) == 1


def test_workers_find_the_databases_of_their_parent() -> None:
    aliases = list(connections)

    with crew(place_of) as both:
        found = set(both.share(aliases))

    assert found == {connections[alias].settings_dict["NAME"] for alias in aliases}


@pytest.mark.parametrize(
    ("order", "kind", "text"),
    [
        ("field", ResolutionError, "Computed field 'shop.Shelf.total' of pk 5: no"),
        ("database", DatabaseError, "no such table"),
        ("other", RuntimeError, "LookupError: nothing there"),
        ("die", ChildProcessError, "A worker process ended with status -9 at die."),
    ],
)
def test_error_of_a_worker_is_raised_when_others_have_ended(
    order: str, kind: type[Exception], text: str
) -> None:
    done: list[str] = []

    with crew(fail) as both, pytest.raises(kind) as raised:
        # No end: were they given out further, neither would this have one.
        done.extend(both.share(chain([order, "well"], repeat("more"))))

    assert text in str(raised.value)
    assert "well" in done
    if order != "die":
        assert "in fail" in str(raised.value.__cause__)


def test_settings_without_a_module_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(ENVIRONMENT_VARIABLE)

    with pytest.raises(ConfigurationError, match=r"settings\.configure"), crew(fail):
        pass


# Ranges.


def test_ranges_hold_every_row_once(world: World) -> None:
    for model in (Ticket, Shelf):
        keys = list(world.all(model).order_by("pk").values_list("pk", flat=True))

        found = [
            key
            for within in key_ranges(model, "default", 2)
            for some in keys_within(model, "default", within, 2)
            for key in some
        ]

        assert found == keys


def test_range_that_has_grown_is_read_in_chunks(fuses: list[int]) -> None:
    within = KeyRange(fuses[0], fuses[4])

    assert list(keys_within(Fuse, "default", within, 2)) == [
        fuses[:2],
        fuses[2:4],
        fuses[4:5],
    ]


def test_steps_whose_rows_make_each_other_due_are_entwined() -> None:
    plain = schedule([Fuse])

    assert not any(is_entwined(plain, at) for at in range(len(plain)))
    # No more do trees whose rows read plain columns of each other.
    tree = schedule([Branch])
    assert not is_entwined(tree, 0)
