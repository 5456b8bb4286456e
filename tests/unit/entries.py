"""Keys and entries of counts, for tests of what keeps them."""

from __future__ import annotations

from django_reckon.ground import clock
from django_reckon.ground.digest import digest
from django_reckon.protocols import CountEntry, CountKey

__all__ = ["entry_of", "key_of"]


def key_of(name: object, *, manager: str = "objects") -> CountKey:
    """Return a key of its own for each name."""
    return CountKey("testapp.Book", manager, digest("test", name))


def entry_of(value: int, *, lives: float = 60.0) -> CountEntry:
    """Return an entry made now that is fresh, and kept, for so many seconds."""
    now = clock.now()
    return CountEntry(value, now, now + lives, now + lives)
