"""django-fast-count."""

from __future__ import annotations

import subprocess
from typing import Any, ClassVar

from django.db import models
from django_fast_count.managers import FastCountManager
from django_fast_count.models import FastCount


class RecordedProcess:
    """Take note of a command in place of running it."""

    pid = 0
    launched: ClassVar[int] = 0

    def __init__(self, command: object, **_: object) -> None:
        """Count it."""
        RecordedProcess.launched += 1


# It has no seam for this; nothing else here starts processes.
subprocess.Popen = RecordedProcess  # type: ignore[misc,assignment]


def manager() -> models.Manager[Any]:
    """Return the manager with default arguments, keeping small counts as well."""
    return FastCountManager(cache_counts_larger_than=1)


def forget() -> None:
    """Empty its table."""
    FastCount.objects.all().delete()


def wake() -> None:
    """Do nothing: the cache alone tells it when it ran."""


def launches() -> int:
    """Return the number of commands."""
    return RecordedProcess.launched
