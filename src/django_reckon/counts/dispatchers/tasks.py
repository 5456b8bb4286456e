"""Precaching as a task of Django's Tasks framework."""

from __future__ import annotations

from django_reckon.counts import precache
from django_reckon.ground.tasks import Enqueuer, task
from django_reckon.protocols import PrecacheJob


@task  # type: ignore[untyped-decorator]  # which package it is, the version decides
def precache_counts(model: str, manager: str, database: str, token: int) -> int:
    """Precache one manager in a worker; return how many querysets were counted."""
    job = PrecacheJob(model, manager, database, token)
    return len(precache.run_job(job).results)


class TasksDispatcher:
    """
    Enqueue each job, for whatever worker the project's TASKS setting names.

    The lock falls free by time-out (precache_lock_timeout) if the queue takes longer;
    the late task then still runs.
    """

    def __init__(
        self,
        *,
        backend: str = "default",
        queue_name: str = "default",
        priority: int = 0,
    ) -> None:
        """Name the backend in TASKS, the queue and the priority (-100 to 100)."""
        self._enqueuer = Enqueuer(
            precache_counts, backend=backend, queue_name=queue_name, priority=priority
        )

    def dispatch(self, job: PrecacheJob) -> None:
        """
        Enqueue the job.

        Raises:
            BackendError: The backend took it not.
        """
        self._enqueuer.enqueue(job.model, job.manager, job.database, job.token)
