"""How the chunks of a command are shared out: among processes, or as tasks."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.management.base import CommandError
from django.db import connections

from django_reckon.exceptions import BackendError


def add_sharing(parser: ArgumentParser) -> None:
    """Let a command be told who does the chunks."""
    parser.add_argument(
        "--parallel",
        type=int,
        metavar="N",
        help="Share the chunks out among so many processes.",
    )
    parser.add_argument(
        "--enqueue",
        action="store_true",
        help="Do nothing now, but enqueue a task for each chunk, for the workers of "
        "Django's Tasks framework.",
    )


def check_sharing(options: dict[str, Any]) -> None:
    """
    Refuse what cannot be asked for together; Any: options are of many types.

    Raises:
        CommandError: It was asked for.
    """
    asked = {
        "--parallel": options["parallel"] is not None,
        "--enqueue": options["enqueue"],
        "--from-json": options["from_json"] is not None,
    }
    names = [name for name, is_asked in asked.items() if is_asked]
    if len(names) > 1:
        raise CommandError(
            f"{' and '.join(names)} cannot be combined. Choose one of them."
        )
    parallel = options["parallel"]
    if parallel is not None and parallel < 1:
        raise CommandError(f"--parallel takes a whole number from 1, not {parallel}.")


def require_shareable(alias: str) -> None:
    """
    Refuse a database that other processes do not see as this one does.

    Raises:
        CommandError: It is in memory, or a transaction is open on it.
    """
    connection = connections[alias]
    # Only SQLite's wrapper and those made from it have the question.
    is_in_memory: Callable[[], bool] = getattr(
        connection, "is_in_memory_db", lambda: False
    )
    if is_in_memory():
        raise CommandError(
            f"Database {alias!r} is in the memory of this process, where no other can "
            "reach it. Leave --parallel out."
        )
    if connection.in_atomic_block:
        raise CommandError(
            f"A transaction is open on {alias!r}, and what it wrote is hidden from "
            "other processes. Call the command outside of it, or without --parallel."
        )


@dataclass(slots=True)
class Queue:
    """
    What came of the tasks of a run.

    Attributes:
        tasks: How many were enqueued.
        failed: How many of them have failed already, in a backend that runs each at
            once.
    """

    tasks: int = 0
    failed: int = 0

    def add(self, *, is_well: bool) -> None:
        """Count one more."""
        self.tasks += 1
        self.failed += not is_well

    def advice(self) -> str:
        """Return what a run that ends early leaves behind."""
        return (
            f"Tasks that were queued before: {self.tasks:,}. They stay so. Start the "
            "command again to queue all; a task that runs twice does no harm."
        )

    def require_well(self) -> None:
        """
        Raise if a task has failed.

        Raises:
            CommandError: With how many.
        """
        if self.failed:
            raise CommandError(
                f"Tasks that failed: {self.failed:,} of {self.tasks:,}, for the "
                "backend ran them at once. The log of the Tasks framework says why."
            )

    @contextmanager
    def explained(self) -> Iterator[None]:
        """
        Say what stays queued when a task cannot be enqueued.

        Raises:
            CommandError: It could not, and the run ends.
        """
        try:
            yield
        except (BackendError, ValueError) as error:
            raise CommandError(f"{error} {self.advice()}") from error
