"""Precaching in a process of its own."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO, Final

from django.conf import settings
from django.db import connections

from django_reckon.counts import precache
from django_reckon.exceptions import BackendError
from django_reckon.protocols import PrecacheJob

logger: Final = logging.getLogger(__name__)

# How much of a failed child's output goes to the log, in bytes from its end.
TAIL_BYTES: Final = 4000


class SubprocessDispatcher:
    """
    Run each job by `precache_fast_counts` in a new Python process.

    The child counts that one manager only, with this process's settings module and
    import path, and outlives this process. A thread waits for it, logs how it went
    and gives the lock back should the child not have done so.
    """

    def __init__(self, python: str | None = None) -> None:
        """Name the interpreter; by default the one that runs now."""
        self._python = python or _interpreter()

    def dispatch(self, job: PrecacheJob) -> None:
        """
        Start the child.

        Raises:
            BackendError: It could not be started, or there is no settings module
                that another process could import.
        """
        module = os.environ.get("DJANGO_SETTINGS_MODULE") or getattr(
            settings, "SETTINGS_MODULE", None
        )
        if not module:
            raise BackendError(
                "Subprocess dispatcher",
                "start: settings come from settings.configure(), which a new process "
                "cannot import. Use FAST_COUNT_DISPATCHER = 'thread'",
                None,
            )
        output = tempfile.TemporaryFile()  # noqa: SIM115 - _reap() closes it
        try:
            child = subprocess.Popen(  # noqa: S603 - every argument is our own
                self._command(job),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=_environment(module),
                # Signals meant for this process's terminal are not meant for it.
                start_new_session=True,
            )
        except OSError as error:
            output.close()
            raise BackendError("Subprocess dispatcher", "start", error) from error
        _watch(child, output, job)

    def _command(self, job: PrecacheJob) -> list[str]:
        return [
            self._python,
            "-m",
            "django",
            "precache_fast_counts",
            job.model,
            f"--manager={job.manager}",
            f"--database={job.database}",
            f"--lock-token={job.token}",
        ]


def _interpreter() -> str:
    """
    Return the path of a Python.

    Where Python is embedded, sys.executable names the server around it instead.
    """
    running = Path(sys.executable or "")
    if "python" in running.name.lower() or "pypy" in running.name.lower():
        return str(running)
    return str(Path(sys.exec_prefix) / "bin" / "python3")


def _environment(module: str) -> dict[str, str]:
    """Let the child find the same settings and the same modules, wherever it is."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": module,
        "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path),
        precache.CHILD: "1",
    }


def _watch(child: subprocess.Popen[bytes], output: IO[bytes], job: PrecacheJob) -> None:
    """Wait for the child in a thread, so that it never becomes a zombie."""
    threading.Thread(
        target=_reap,
        args=(child, output, job),
        name=f"precache {job.model}.{job.manager} (pid {child.pid})",
        daemon=True,
    ).start()


def _reap(child: subprocess.Popen[bytes], output: IO[bytes], job: PrecacheJob) -> None:
    with output:
        status = child.wait()
        output.seek(0, os.SEEK_END)
        output.seek(max(output.tell() - TAIL_BYTES, 0))
        said = output.read().decode(errors="replace").strip()
    if status == 0:
        logger.info("Precached %s.%s: %s", job.model, job.manager, said)
    else:
        what = f"{job.model}.{job.manager}"
        logger.error("Precaching %s ended with status %d: %s", what, status, said)
    try:
        # The child did so already, unless it died or its cache is another than ours.
        precache.give_back(job)
    finally:
        connections.close_all()
