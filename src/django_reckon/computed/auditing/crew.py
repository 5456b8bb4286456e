"""
Processes that work side by side, and what passes between them and their parent.

A worker loads this module before it has set Django up; so nothing here may import what
needs the models. What a worker does is named by its dotted path for the same reason.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import TracebackType
from typing import Any, Final, Generic, Self, TypeAlias, TypeVar

import django
from django.conf import ENVIRONMENT_VARIABLE
from django.db import DatabaseError, connections
from django.utils.module_loading import import_string

from django_reckon.exceptions import ConfigurationError, ResolutionError

Order = TypeVar("Order")
Result = TypeVar("Result")

# Alias -> what says where that database is; values are whatever the settings hold.
_Places: TypeAlias = Mapping[str, Mapping[str, Any]]

# Workers are spawned, not forked. A fork inherits open connections, whose sessions
# both processes would then use and close (a pool or a driver's thread cannot be closed
# beforehand for sure), and it copies locks that threads of the parent hold. A spawned
# process begins with nothing but its end of the pipe, on every platform.
_SPAWN: Final = multiprocessing.get_context("spawn")
# What a program may change after the settings were read, as test runners do.
_PLACE: Final = ("NAME", "HOST", "PORT", "USER", "PASSWORD")


class WorkerTraceback(Exception):  # noqa: N818 - it is where an error came from
    """Where in a worker its error was raised, as text: frames stay in their process."""


@dataclass(frozen=True, slots=True)
class Raised:
    """
    An error of a worker.

    Attributes:
        error: In a form that can be sent.
        told: Its traceback; empty if nobody could tell.
    """

    error: Exception
    told: str = ""


@dataclass(slots=True)
class Crew(Generic[Order, Result]):
    """
    Worker processes, each with database connections of its own; a context manager.

    They are started as they are needed. When the block ends they finish what they are
    at; on KeyboardInterrupt they are ended at once, and the database rolls back.
    Should this process be killed, each finishes its order and ends by itself.

    Attributes:
        size: How many there are at most.
        job: Dotted path of what takes an order and returns a result, in the worker;
            both must be picklable.
    """

    size: int
    job: str
    _idle: list[Connection] = field(default_factory=list)
    _busy: dict[Connection, Order] = field(default_factory=dict)
    _workers: dict[Connection, SpawnProcess] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """
        Return the crew.

        Raises:
            ConfigurationError: There is no settings module that another process could
                import.
        """
        if not os.environ.get(ENVIRONMENT_VARIABLE):
            raise ConfigurationError(
                "Worker processes read the settings anew, and settings.configure() is "
                f"unknown to them. Name a module in {ENVIRONMENT_VARIABLE}."
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait until every worker has ended."""
        for line, worker in self._workers.items():
            if kind is not None and issubclass(kind, KeyboardInterrupt):
                worker.terminate()
            # Whoever waits for an order ends at this.
            line.close()
        for worker in self._workers.values():
            worker.join()
        self._workers.clear()

    def share(
        self, orders: Iterable[Order], *, at_once: int | None = None
    ) -> Iterator[Result]:
        """
        Yield the results of orders as they come in.

        An order is read when a worker is free for it. After an error no more are
        given out, but the results of those that are out are still yielded.

        Args:
            orders: What to do.
            at_once: How many at the same time at most; by default one a worker.

        Raises:
            ResolutionError: As the worker did; likewise DatabaseError and
                ConfigurationError.
            ChildProcessError: A worker died.
            RuntimeError: A worker raised anything else; the text tells what.
        """
        waiting = iter(orders)
        most = min(self.size, at_once or self.size)
        failed: Raised | None = None
        while True:
            while failed is None and len(self._busy) < most:
                order = next(waiting, None)
                if order is None:
                    break
                self._give(order)
            if not self._busy:
                break
            for outcome in self._outcomes():
                if not isinstance(outcome, Raised):
                    yield outcome
                elif failed is None:
                    failed = outcome
        if failed is not None:
            raise failed.error from (
                WorkerTraceback(failed.told) if failed.told else None
            )

    def _give(self, order: Order) -> None:
        line = self._idle.pop() if self._idle else self._start()
        self._busy[line] = order
        # One that died meanwhile is noticed when its answer is read.
        with suppress(OSError):
            line.send(order)

    def _outcomes(self) -> Iterator[Result | Raised]:
        """Wait for somebody and yield what has come."""
        ready = set(wait(list(self._busy)))
        for line in [each for each in self._busy if each in ready]:
            order = self._busy.pop(line)
            try:
                outcome: Result | Raised = line.recv()
            except (EOFError, OSError):
                yield Raised(self._death(line, order))
            else:
                self._idle.append(line)
                yield outcome

    def _death(self, line: Connection, order: Order) -> ChildProcessError:
        worker = self._workers[line]
        worker.join()
        return ChildProcessError(
            f"A worker process ended with status {worker.exitcode} at {order}."
        )

    def _start(self) -> Connection:
        line, theirs = _SPAWN.Pipe()
        worker = _SPAWN.Process(
            target=serve,
            args=(theirs, self.job, _places()),
            name=f"worker {len(self._workers) + 1}",
            # Not left behind, should this process end without leaving the block.
            daemon=True,
        )
        with _deaf():
            worker.start()
        # Else neither side would ever notice that the other is gone.
        theirs.close()
        self._workers[line] = worker
        return line


def serve(line: Connection, job: str, places: _Places) -> None:
    """Do what comes over the line until it is closed; all that a worker does."""
    # Ctrl-C reaches every process of a terminal; the parent says what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    django.setup()
    for alias, place in places.items():
        connections[alias].settings_dict.update(place)
    work = import_string(job)
    try:
        while True:
            line.send(_outcome(work, line.recv()))
    except (EOFError, ConnectionError):
        # The parent has ended, or wants no more.
        return
    finally:
        connections.close_all()


def _outcome(work: Callable[[Any], Any], order: Any) -> Any:
    """Return what came of an order; Any: orders and results are the job's."""
    try:
        return work(order)
    except Exception as error:  # noqa: BLE001 - the parent raises it
        return Raised(_portable(error), traceback.format_exc())


def _portable(error: Exception) -> Exception:
    """Return an error without what might not be sent, such as a driver's objects."""
    if isinstance(error, ResolutionError):
        return ResolutionError(*error.args)
    for kind in (DatabaseError, ConfigurationError):
        if isinstance(error, kind):
            return kind(str(error))
    return RuntimeError(f"{type(error).__name__}: {error}")


def _places() -> _Places:
    return {
        alias: {name: connections[alias].settings_dict[name] for name in _PLACE}
        for alias in connections
    }


@contextmanager
def _deaf() -> Iterator[None]:
    """
    Let a process be started that Ctrl-C never reaches, for it inherits that.

    Otherwise it would end with a traceback while it still loads its modules.
    """
    if threading.current_thread() is not threading.main_thread():
        # Only that one may say what signals do.
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
