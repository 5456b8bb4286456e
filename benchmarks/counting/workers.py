"""Processes that measure, seen from the one that asks them."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from benchmarks.counting.setup import Setup

ROOT: Final = Path(__file__).resolve().parents[2]


class WorkerError(RuntimeError):
    """A process could not do what it was asked."""


class Worker:
    """A process of one side; it starts at once and ends with the context."""

    def __init__(self, python: Path, setup: Setup) -> None:
        """Start the process; the first ask() or ready() waits for it."""
        self.setup = setup
        # Open as long as the process may write to it.
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115
        self._process = subprocess.Popen(
            [str(python), "-m", "benchmarks.counting.inside.worker"],
            cwd=ROOT,
            env=_environment(setup),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )

    def __enter__(self) -> Self:
        """Return this worker."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()
        self._errors.close()

    def ready(self) -> None:
        """
        Wait until the process has set up Django.

        Raises:
            WorkerError: It ended before that.
        """
        self.receive()

    def ask(self, do: str, **arguments: object) -> Any:
        """
        Have something done and return what came of it.

        Raises:
            WorkerError: It failed.
        """
        self.send(do, **arguments)
        return self.receive()

    def send(self, do: str, **arguments: object) -> None:
        """Have something done; receive() must follow."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
        self._process.stdin.flush()

    def receive(self) -> Any:
        """
        Return the answer to send().

        Raises:
            WorkerError: The process failed, or is no more.
        """
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise WorkerError(f"{self.setup.side.title}: {self._last_words()}")
        answer = json.loads(line)
        if "error" in answer:
            raise WorkerError(f"{self.setup.side.title}: {answer['error']}")
        return answer["result"]

    def _last_words(self) -> str:
        self._process.wait()
        self._errors.seek(0)
        lines = self._errors.read().strip().splitlines()
        return lines[-1] if lines else f"status {self._process.returncode}"


@contextmanager
def started(python: Path, setup: Setup) -> Iterator[Worker]:
    """Start a process and wait until it is ready."""
    with Worker(python, setup) as worker:
        worker.ready()
        yield worker


def _environment(setup: Setup) -> dict[str, str]:
    """Let a process find the benchmarks; only our side finds our source."""
    paths = [ROOT] if setup.side.requirement else [ROOT, ROOT / "src"]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        **setup.as_environment(),
    }
