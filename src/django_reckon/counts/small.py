"""Counts that were not worth keeping."""

from __future__ import annotations

import os
import threading
from typing import Final

from django_reckon.ground import clock
from django_reckon.protocols import CountKey

# About 290 bytes each with key and dict slot: at most 1.2 MB a process.
MAX_KEYS: Final = 4096
# After so many seconds a key is asked of the stores and locked like a new one.
REMEMBER_SECONDS: Final = 60.0


class SmallCounts:
    """
    Remember which counts were small and quick, to spend nothing on them.

    Such a count is made at once: no second look into the table, no lock. It stays
    right whatever happens, for it is counted; only the effort is spared.
    """

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._until: dict[CountKey, float] = {}
        self._lock = threading.Lock()

    def knows(self, key: CountKey) -> bool:
        """Tell whether the last count of the key was not kept, a short while ago."""
        until = self._until.get(key)
        return until is not None and clock.monotonic() < until

    def note(self, key: CountKey, *, kept: bool) -> None:
        """Note how the latest count of the key went."""
        with self._lock:
            self._until.pop(key, None)
            if not kept:
                self._until[key] = clock.monotonic() + REMEMBER_SECONDS
                if len(self._until) > MAX_KEYS:
                    del self._until[next(iter(self._until))]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._until.clear()

    def reset(self) -> None:
        """Begin anew; a forked child may inherit a lock that nobody will release."""
        self.__init__()  # type: ignore[misc]  # the one way to stay in step with it


small: Final = SmallCounts()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=small.reset)
