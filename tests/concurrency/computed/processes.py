"""Starting processes that trade, and ending them whatever happens."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, TypeAlias

from tests.concurrency.computed.tally import Tally
from tests.support.threads import start
from tests.support.workers import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.concurrency.computed.writer import Order

__all__ = ["go", "heard", "running", "tally_of"]

Process: TypeAlias = "subprocess.Popen[str]"


@contextmanager
def running(orders: Sequence[Order]) -> Iterator[list[Process]]:
    """Yield processes that are ready to begin; none is left at the end."""
    processes = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.concurrency.computed.writer",
                order.as_json(),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for order in orders
    ]
    try:
        for process in processes:
            assert heard(process) == "ready"
        yield processes
    finally:
        for process in processes:
            process.kill()
            # Closes the pipes, and waits for the end.
            process.communicate(timeout=PATIENCE)


def go(processes: Sequence[Process]) -> None:
    """Let them begin."""
    for process in processes:
        pipe = _opened(process.stdin)
        pipe.write("go\n")
        pipe.flush()


def heard(process: Process) -> str:
    """
    Return the next line that a process says, "" if it has ended.

    Raises:
        TimeoutError: It says nothing.
    """
    return start(_opened(process.stdout).readline).result(PATIENCE).strip()


def tally_of(process: Process) -> Tally:
    """Return what a process says of its trade; it fails here if it has failed there."""
    said = heard(process)
    assert said, "A process failed; its traceback is on the standard error above."
    return Tally.from_json(said)


def _opened(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe
