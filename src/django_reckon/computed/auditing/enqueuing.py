"""One step's chunks as tasks of Django's Tasks framework."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from django_reckon.changes.rows import key_fields
from django_reckon.computed.auditing.ranges import key_ranges
from django_reckon.computed.auditing.rebuild import columns_of
from django_reckon.computed.refreshing.chunks import chunk_size
from django_reckon.computed.rules.graph import Step
from django_reckon.exceptions import BackendError, ConfigurationError, ReckonError
from django_reckon.ground.plain_keys import plain_key

# By path, for its module cannot be imported where the framework is missing.
TASK: Final = "django_reckon.computed.auditing.tasks.refresh_range"
# The same word in each package that brings the framework.
_FAILED: Final = "FAILED"


def enqueued(
    step: Step, alias: str, *, mode: str | None = None, querysize: int | None = None
) -> Iterator[bool]:
    """
    Enqueue one task for each chunk of a step, and yield whether it is still well.

    A task brings its rows up to date together with all that follows from those that
    move, in transactions of a chunk's size; see refresh_range(). So when all tasks of
    all steps have succeeded, in whatever order and however many at once, every value
    is what its function says. One that failed leaves its last chunk as it was; one
    that runs twice does no harm.

    Args:
        step: From schedule().
        alias: The database.
        mode: Name of the writer; by default as the worker's settings say.
        querysize: Rows in a chunk; by default as fields and settings say.

    Returns:
        False for a task that has failed already, where the backend runs it at once.

    Raises:
        ConfigurationError: There is no framework or no backend.
        BackendError: The backend took the task not; those before stay queued.
        ValueError: A key cannot be written as JSON.
    """
    fields = key_fields(step.model)
    size = chunk_size(columns_of(step), querysize)
    with _explained():
        # Any: which package it is from, the version decides.
        task: Any = import_string(TASK)
    for within in key_ranges(step.model, alias, size):
        arguments = {
            "model": step.model._meta.label,
            "database": alias,
            "fields": list(step.fields),
            "first": plain_key(fields, within.first),
            "last": plain_key(fields, within.last),
            "mode": mode,
            "querysize": querysize,
        }
        with _explained():
            result = task.enqueue(**arguments)
        yield str(result.status) != _FAILED


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except ReckonError:
        raise
    except ImproperlyConfigured as error:
        raise ConfigurationError(
            f"The Tasks framework has no backend to enqueue with ({error}). Name one "
            "as 'default' in the setting TASKS."
        ) from error
    except Exception as error:
        raise BackendError("Tasks framework", "enqueue", error) from error
