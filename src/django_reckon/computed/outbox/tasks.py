"""Pending updates done by a worker of Django's Tasks framework."""

from __future__ import annotations

from django_reckon.computed.outbox.draining import drain
from django_reckon.ground.tasks import Enqueuer, task


@task  # type: ignore[untyped-decorator]  # which package it is, the version decides
def update_pending(database: str) -> dict[str, int]:
    """Do what is pending on a database; return how much that was."""
    total = drain(database)
    return {
        "entries": total.entries,
        "read": total.read,
        "written": total.written,
        "failed": len(total.failures),
    }


class TasksDispatcher:
    """
    Enqueue a task for each COMMIT, for whatever worker the project's TASKS names.

    One that finds nothing, for another has done its part, ends at once.
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
            update_pending, backend=backend, queue_name=queue_name, priority=priority
        )

    def dispatch(self, alias: str) -> None:
        """
        Enqueue the task.

        Raises:
            BackendError: The backend took it not.
        """
        self._enqueuer.enqueue(alias)
