"""Contracts a backend fulfils, and the values that cross them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, Self, TypeAlias, runtime_checkable

from django.db.models import Field, Model, QuerySet

__all__ = [
    "AnyField",
    "BackendSpec",
    "ComputedWriter",
    "CountCache",
    "CountEntry",
    "CountInfo",
    "CountKey",
    "CountRequest",
    "CountResolver",
    "Dispatcher",
    "PrecacheJob",
    "Retention",
    "StaleRows",
    "UpdateDispatcher",
    "UpdateStrategy",
]

# A short name, a dotted path, or {"BACKEND": name or path, "OPTIONS": {...}}.
# OPTIONS hold whatever the backend's constructor takes, hence Any.
BackendSpec: TypeAlias = str | dict[str, Any]
# A field that may hold anything and be set to anything.
AnyField: TypeAlias = "Field[Any, Any]"


@runtime_checkable
class ComputedWriter(Protocol):
    """Writes the values of computed fields to their columns."""

    def write(
        self,
        model: type[Model],
        alias: str,
        fields: Sequence[AnyField],
        rows: Mapping[Any, Sequence[Any]],
    ) -> None:
        """
        Write the values of some rows of one table.

        It is called inside a transaction, with rows that exist and that are locked
        where the database can. A row that is gone meanwhile is no error. Signals of
        saves are not sent. What the database raises is left to the caller.

        Args:
            model: The table's model.
            alias: The database.
            fields: Columns of that very table.
            rows: Primary key, a tuple where it is composite -> one value for each
                field, as an attribute of an instance would hold it; for a foreign key
                the key. Not empty.
        """
        ...


class StaleRows(Protocol):
    """
    Rows of one database that writes made stale, before anybody has looked them up.

    Only the library makes them; a strategy passes them on.
    """

    def __bool__(self) -> bool:
        """Tell whether anything is stale."""
        ...

    def merge(self, other: Self) -> Self:
        """Take over what is stale in another, and return this one."""
        ...


@runtime_checkable
class UpdateStrategy(Protocol):
    """Decides when rows that a write made stale are brought up to date."""

    def waits(self, alias: str) -> bool:
        """
        Tell whether what is submitted now is refreshed later than its write ends.

        Asked before every write of a watched table, in its thread; do no I/O. A write
        that is refreshed at once reads old values, so as to leave out what it did not
        move; one whose refresh waits is spared that.

        Args:
            alias: The database that is about to be written.
        """
        ...

    def submit(self, alias: str, stale: StaleRows) -> None:
        """
        Take what one write made stale, which is not empty.

        Called in the write's thread and transaction, after its statement succeeded. An
        exception undoes the write. Sooner or later refresh_stale() must be called with
        it, in this transaction or after its COMMIT, and never if it is rolled back.

        Args:
            alias: The database.
            stale: What is stale; it is the strategy's own from now on.
        """
        ...


@runtime_checkable
class UpdateDispatcher(Protocol):
    """A way to do what the strategy "background" has left, outside of the writer."""

    def dispatch(self, alias: str) -> None:
        """
        Have `django_reckon.models.update_pending(alias)` run somewhere, soon.

        Called after a COMMIT, in the writer's thread. Returns at once unless it is
        meant to run in line. One run may serve several calls, if it begins after them.

        Raises:
            Exception: It could not be handed over. The log tells so; what is pending
                stays in the table.
        """
        ...


@dataclass(frozen=True, slots=True)
class CountKey:
    """
    What one count is kept under.

    Attributes:
        model: Label of the counted model, "shop.Book".
        manager: Name of the manager on the model, "objects".
        digest: 32 hexadecimal characters; covers model, database alias, tenant and
            everything in the query that can change its number of rows.
    """

    model: str
    manager: str
    digest: str


@dataclass(frozen=True, slots=True)
class CountEntry:
    """
    A count as it is kept.

    Attributes:
        value: The number of rows, or a lock owner's token.
        counted_at: When counting began, in epoch seconds; 0.0 for a lock.
        fresh_until: Until then it answers callers, in epoch seconds.
        keep_until: Until then it may answer while one caller counts anew.
        precached: True for counts made ahead of their callers.
    """

    value: int
    counted_at: float
    fresh_until: float
    keep_until: float
    precached: bool = False


@dataclass(frozen=True, slots=True)
class CountInfo:
    """
    A count and where it comes from.

    Attributes:
        value: Number of rows, zero or more.
        source: "memory" (evaluated queryset), or the name of the resolver that
            answered: "cache", "stored", "exact".
        exact: True when the database counted for this call.
        age: Seconds since the rows were counted.
        stale: True when older than its promise and served all the same.
        entry: The kept entry it was read from, if any.
    """

    value: int
    source: str
    exact: bool
    age: float
    stale: bool = False
    entry: CountEntry | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Retention:
    """
    Which counts are kept, and how long; all times in seconds.

    Attributes:
        larger_than: A count of at least so many rows is kept.
        slower_than: A count that took at least so long is kept; None for never.
        fresh_for: How long a kept count answers.
        stale_for: How long after that it answers while one caller counts.
    """

    larger_than: int
    slower_than: float | None
    fresh_for: float
    stale_for: float

    def keeps(self, value: int, seconds: float) -> bool:
        """Tell whether a count of that size and duration is worth keeping."""
        slow = self.slower_than is not None and seconds >= self.slower_than
        return slow or value >= self.larger_than


@dataclass(frozen=True, slots=True)
class CountRequest:
    """
    One caller's question, as resolvers see it.

    Attributes:
        queryset: The queryset to count; do not evaluate it.
        alias: Database the rows live in.
        key: What the answer is kept under.
        retention: How long an answer holds.
        count: Runs the plain COUNT and returns the number of rows.
    """

    queryset: QuerySet[Model]
    alias: str
    key: CountKey
    retention: Retention
    count: Callable[[], int]


@runtime_checkable
class CountCache(Protocol):
    """
    A store of counts.

    Every method may be called from any thread. A store that cannot be reached or
    answers nonsense raises BackendError and nothing else; callers then count. The
    async twins promise the same and never block the event loop.
    """

    def get(self, key: CountKey) -> CountEntry | None:
        """
        Return the entry, or None when there is none.

        An entry that is damaged or not ours is None. Expired entries may be returned
        until their keep_until; the caller looks at the times.
        """
        ...

    def set(self, key: CountKey, entry: CountEntry) -> None:
        """Keep the entry until its keep_until, in place of any other."""
        ...

    def add(self, key: CountKey, entry: CountEntry) -> bool:
        """
        Keep the entry unless a live one is there; return True when it was kept.

        Atomic among all that share the store: of many callers exactly one gets True.
        """
        ...

    def delete(self, key: CountKey) -> None:
        """Forget the entry; a missing one is no error."""
        ...

    async def aget(self, key: CountKey) -> CountEntry | None:
        """Async twin of get()."""
        ...

    async def aset(self, key: CountKey, entry: CountEntry) -> None:
        """Async twin of set()."""
        ...

    async def aadd(self, key: CountKey, entry: CountEntry) -> bool:
        """Async twin of add()."""
        ...

    async def adelete(self, key: CountKey) -> None:
        """Async twin of delete()."""
        ...


@runtime_checkable
class CountResolver(Protocol):
    """
    One way to answer a count; resolvers are asked in order until one answers.

    A resolver must not raise because of its own store. Errors of the COUNT itself
    belong to the caller and pass through.
    """

    @property
    def name(self) -> str:
        """Word that CountInfo.source shows."""
        ...

    @property
    def counts_rows(self) -> bool:
        """Tell whether answering scans rows; of many callers only one then does."""
        ...

    def resolve(self, request: CountRequest) -> CountInfo | None:
        """Return the answer, or None when this resolver has none."""
        ...

    async def aresolve(self, request: CountRequest) -> CountInfo | None:
        """Async twin of resolve()."""
        ...

    def keep(self, request: CountRequest, entry: CountEntry) -> None:
        """Take note of a count that a later resolver found; may do nothing."""
        ...


@dataclass(frozen=True, slots=True)
class PrecacheJob:
    """
    One background refresh: everything a worker needs to do it.

    Attributes:
        model: Label of the model, "shop.Book".
        manager: Name of the manager on the model.
        database: Alias to count in.
        token: Owner of the lock; whoever holds it releases the lock with it.
    """

    model: str
    manager: str
    database: str
    token: int


@runtime_checkable
class Dispatcher(Protocol):
    """A way to run precaching outside the caller that noticed it is due."""

    def dispatch(self, job: PrecacheJob) -> None:
        """
        Have `django_reckon.counts.precache.run_job(job)` run somewhere, once.

        Returns at once unless the dispatcher is meant to run in line.

        Raises:
            BackendError: The work could not be handed over; nothing will run.
        """
        ...
