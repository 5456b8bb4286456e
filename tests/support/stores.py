"""Stores, resolvers and dispatchers that settings name by a dotted path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_reckon.exceptions import BackendError
from django_reckon.protocols import CountInfo
from django_reckon.testing import DictCache, RecordingDispatcher

if TYPE_CHECKING:
    from django_reckon.protocols import CountEntry, CountRequest, PrecacheJob

__all__ = [
    "DictCache",
    "DownCache",
    "Errand",
    "Fortune",
    "RecordingDispatcher",
    "Refusing",
    "Remembering",
]


class DownCache(DictCache):
    """A cache whose server is down."""

    def __init__(self) -> None:
        super().__init__()
        self.down = True


class Remembering(DictCache):
    """A third party's cache: one for the process, with an option."""

    made: list[Remembering] = []  # noqa: RUF012 - shared on purpose

    def __init__(self, *, shelf: str = "none") -> None:
        super().__init__()
        self.shelf = shelf
        self.made.append(self)


class Fortune:
    """A third party's resolver: it always knows."""

    name = "fortune"
    counts_rows = False

    def __init__(self, *, number: int = 7) -> None:
        self.number = number

    def resolve(self, request: CountRequest) -> CountInfo | None:
        return CountInfo(self.number, self.name, exact=False, age=0.0)

    async def aresolve(self, request: CountRequest) -> CountInfo | None:
        return self.resolve(request)

    def keep(self, request: CountRequest, entry: CountEntry) -> None:
        """Know it anyway."""


class Errand:
    """A third party's dispatcher: it writes down what it was given."""

    jobs: list[PrecacheJob] = []  # noqa: RUF012 - shared on purpose

    def dispatch(self, job: PrecacheJob) -> None:
        self.jobs.append(job)


class Refusing:
    """A dispatcher that takes no work."""

    def dispatch(self, job: PrecacheJob) -> None:
        raise BackendError("Refusing", "take the job", None)
