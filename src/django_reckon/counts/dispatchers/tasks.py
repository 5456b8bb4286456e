"""Precaching as a task of Django's Tasks framework."""

from __future__ import annotations

import django
from django.utils.module_loading import import_string

from django_reckon.counts import precache
from django_reckon.exceptions import BackendError, ConfigurationError
from django_reckon.protocols import PrecacheJob

# Django 6.0 and later bring the framework; before that the package django-tasks does.
FRAMEWORK = "django.tasks" if django.VERSION >= (6, 0) else "django_tasks"

try:
    task = import_string(f"{FRAMEWORK}.task")
except ImportError as error:
    raise ConfigurationError(
        "The dispatcher 'tasks' needs the Tasks framework. Use Django 6.0 or later, "
        "or install the package django-tasks."
    ) from error


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
        self._task = precache_counts.using(
            backend=backend, queue_name=queue_name, priority=priority
        )

    def dispatch(self, job: PrecacheJob) -> None:
        """
        Enqueue the job.

        Raises:
            BackendError: The backend took it not.
        """
        try:
            self._task.enqueue(job.model, job.manager, job.database, job.token)
        except Exception as error:
            raise BackendError("Tasks dispatcher", "enqueue", error) from error
