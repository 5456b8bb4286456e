"""Precaching in a thread of this process."""

from __future__ import annotations

import contextvars
import logging
import threading
from typing import Final

from django.db import connections

from django_reckon.counts import precache
from django_reckon.exceptions import BackendError
from django_reckon.protocols import PrecacheJob

logger: Final = logging.getLogger(__name__)


class ThreadDispatcher:
    """
    Run each job in a daemon thread with connections of its own.

    A process that ends takes the thread along; the lock then falls free by time-out.
    """

    def dispatch(self, job: PrecacheJob) -> None:
        """
        Start the thread.

        Raises:
            BackendError: The system gave no thread.
        """
        context = contextvars.copy_context()
        name = f"precache {job.model}.{job.manager}"
        try:
            threading.Thread(
                target=context.run, args=(_run, job), name=name, daemon=True
            ).start()
        except RuntimeError as error:
            raise BackendError("Thread dispatcher", "start", error) from error


def _run(job: PrecacheJob) -> None:
    try:
        precache.run_job(job)
    except Exception:
        logger.exception("Precaching %s.%s failed.", job.model, job.manager)
    finally:
        connections.close_all()
