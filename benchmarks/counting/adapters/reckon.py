"""django-reckon."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from django_reckon.counts import precache, trigger
from django_reckon.managers import FastCountManager
from django_reckon.models import FastCount, PrecacheRun
from django_reckon.protocols import PrecacheJob


class RecordingDispatcher:
    """
    Take note of a job in place of running it.

    The lock is given back at once, as by a run that takes no time: if a second caller
    could ever launch another, now is when.
    """

    launched: ClassVar[int] = 0

    def dispatch(self, job: PrecacheJob) -> None:
        """Count the job and end it."""
        RecordingDispatcher.launched += 1
        precache.give_back(job)


def manager() -> models.Manager[Any]:
    """Return the manager with default arguments, keeping small counts as well."""
    return FastCountManager(cache_counts_larger_than=1)


def forget() -> None:
    """Empty both tables."""
    FastCount.objects.all().delete()
    PrecacheRun.objects.all().delete()


def wake() -> None:
    """Forget the latest run, here and in the table."""
    trigger.wake()
    PrecacheRun.objects.all().delete()


def launches() -> int:
    """Return the number of dispatched jobs."""
    return RecordingDispatcher.launched
