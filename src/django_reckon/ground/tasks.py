"""
Django's Tasks framework, from whichever package brings it.

Import this only where tasks are asked for: without the framework it raises.
"""

from __future__ import annotations

from typing import Any

import django
from django.utils.module_loading import import_string

from django_reckon.exceptions import BackendError, ConfigurationError

# Django 6.0 and later bring it; before that the package django-tasks does.
FRAMEWORK = "django.tasks" if django.VERSION >= (6, 0) else "django_tasks"

try:
    # Any: which package it is from, the version decides.
    task: Any = import_string(f"{FRAMEWORK}.task")
except ImportError as _error:
    raise ConfigurationError(
        "Tasks need the Tasks framework. Use Django 6.0 or later, or install the "
        "package django-tasks (the extra django-reckon[tasks])."
    ) from _error


class Enqueuer:
    """One task, enqueued for whatever worker the project's TASKS setting names."""

    # Any: a task, and what its function takes.
    def __init__(
        self, chosen: Any, *, backend: str, queue_name: str, priority: int
    ) -> None:
        """Name the task, the backend in TASKS, the queue and the priority."""
        self._task = chosen.using(
            backend=backend, queue_name=queue_name, priority=priority
        )

    def enqueue(self, *arguments: Any) -> None:
        """
        Enqueue the task.

        Raises:
            BackendError: The backend took it not.
        """
        try:
            self._task.enqueue(*arguments)
        except Exception as error:
            raise BackendError("Tasks dispatcher", "enqueue", error) from error
