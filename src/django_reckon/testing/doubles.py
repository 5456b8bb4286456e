"""Backends without a world around them."""

from __future__ import annotations

import threading

from django_reckon.exceptions import BackendError
from django_reckon.ground import clock
from django_reckon.protocols import CountEntry, CountKey, PrecacheJob, StaleRows


class DictCache:
    """
    A CountCache in a dict, shared by nobody.

    Attributes:
        entries: What it holds; tests may look and write.
        down: Set to True and every call raises BackendError.
    """

    def __init__(self) -> None:
        """Begin empty and up."""
        self.entries: dict[CountKey, CountEntry] = {}
        self.down = False
        self._lock = threading.Lock()

    def get(self, key: CountKey) -> CountEntry | None:
        """Return the live entry."""
        self._raise_if_down()
        entry = self.entries.get(key)
        return entry if entry and entry.keep_until > clock.now() else None

    def set(self, key: CountKey, entry: CountEntry) -> None:
        """Keep the entry."""
        self._raise_if_down()
        self.entries[key] = entry

    def add(self, key: CountKey, entry: CountEntry) -> bool:
        """Keep the entry unless a live one is there."""
        self._raise_if_down()
        with self._lock:
            if self.get(key) is not None:
                return False
            self.entries[key] = entry
            return True

    def delete(self, key: CountKey) -> None:
        """Forget the entry."""
        self._raise_if_down()
        self.entries.pop(key, None)

    async def aget(self, key: CountKey) -> CountEntry | None:
        """Async twin of get()."""
        return self.get(key)

    async def aset(self, key: CountKey, entry: CountEntry) -> None:
        """Async twin of set()."""
        self.set(key, entry)

    async def aadd(self, key: CountKey, entry: CountEntry) -> bool:
        """Async twin of add()."""
        return self.add(key, entry)

    async def adelete(self, key: CountKey) -> None:
        """Async twin of delete()."""
        self.delete(key)

    def _raise_if_down(self) -> None:
        if self.down:
            cause = ConnectionError("it is down")
            raise BackendError("DictCache", "answer", cause) from cause


class RecordingDispatcher:
    """
    A Dispatcher that runs nothing and remembers what it was given.

    Attributes:
        jobs: The jobs of every instance, in order; clear it between tests.
    """

    jobs: list[PrecacheJob] = []  # noqa: RUF012 - shared on purpose

    def dispatch(self, job: PrecacheJob) -> None:
        """Remember the job."""
        self.jobs.append(job)


class RecordingUpdateDispatcher:
    """
    An UpdateDispatcher that runs nothing and remembers what it was asked for.

    What is pending stays so until update_pending() is called.

    Attributes:
        aliases: The databases that every instance was given, in order; clear it between
            tests.
    """

    aliases: list[str] = []  # noqa: RUF012 - shared on purpose

    def dispatch(self, alias: str) -> None:
        """Remember the database."""
        self.aliases.append(alias)


class RecordingStrategy:
    """
    An UpdateStrategy that refreshes nothing and remembers what it was given.

    Attributes:
        submitted: Database and stale rows of every instance, in order; clear it between
            tests.
    """

    submitted: list[tuple[str, StaleRows]] = []  # noqa: RUF012 - shared on purpose

    def waits(self, alias: str) -> bool:
        """Wait for ever."""
        return True

    def submit(self, alias: str, stale: StaleRows) -> None:
        """Remember what is stale."""
        self.submitted.append((alias, stale))
