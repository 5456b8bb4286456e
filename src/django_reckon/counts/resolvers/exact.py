"""The database counts."""

from __future__ import annotations

from django_reckon.ground.aio import in_thread
from django_reckon.protocols import CountEntry, CountInfo, CountRequest


class ExactCount:
    """Answer with a COUNT(*) of this very moment."""

    name = "exact"
    counts_rows = True

    def resolve(self, request: CountRequest) -> CountInfo:
        """Count the rows."""
        return CountInfo(request.count(), self.name, exact=True, age=0.0)

    async def aresolve(self, request: CountRequest) -> CountInfo:
        """Async twin of resolve()."""
        return await in_thread(self.resolve)(request)

    def keep(self, request: CountRequest, entry: CountEntry) -> None:
        """Do nothing: the database knows its rows."""
