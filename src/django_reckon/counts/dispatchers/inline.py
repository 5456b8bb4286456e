"""Precaching by the caller itself."""

from __future__ import annotations

from django_reckon.counts import precache
from django_reckon.protocols import PrecacheJob


class InlineDispatcher:
    """Run the job here and now; for tests and for places without processes."""

    def dispatch(self, job: PrecacheJob) -> None:
        """Return when the counts are made."""
        precache.run_job(job)
