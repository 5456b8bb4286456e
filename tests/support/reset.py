"""Forgetting what the library remembers in this process."""

from __future__ import annotations

from django_reckon.conf import counts as conf
from django_reckon.counts import request, trigger
from django_reckon.counts.chain import forget_chains
from django_reckon.testing import RecordingDispatcher

__all__ = ["forget_everything"]


def forget_everything() -> None:
    """Make this process as new: no store paused, nothing known to be small or due."""
    conf.current.cache_clear()
    forget_chains(setting=conf.PREFIX)
    trigger.wake()
    request._warned.clear()
    RecordingDispatcher.jobs.clear()
