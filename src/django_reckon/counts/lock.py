"""A lock over a store of counts, with an owner."""

from __future__ import annotations

import secrets
from typing import Final

from django_reckon.ground import clock
from django_reckon.ground.digest import digest
from django_reckon.protocols import CountCache, CountEntry, CountKey

# When a lock was counted: never, by which it differs from a count.
NEVER_COUNTED: Final = 0.0
# How long nobody else takes over after the same dead owner.
HEIR_SECONDS: Final = 2.0


def new_token() -> int:
    """Return a number no other owner has; fits a signed 64-bit column."""
    return secrets.randbits(63)


def lock_key(key: CountKey, purpose: str) -> CountKey:
    """Return the key under which a lock for that purpose lies beside the count's."""
    return CountKey(key.model, key.manager, digest("lock", purpose, key.digest))


def acquire(store: CountCache, key: CountKey, token: int, seconds: float) -> bool:
    """
    Take the lock for at most so many seconds; return False when another has it.

    A lock whose owner died, or that is damaged, is taken over: of those who find it
    so, by the one that first says so in the store.
    """
    entry = _held(token, seconds)
    if store.add(key, entry):
        return True
    found = store.get(key)
    if found is not None and found.fresh_until > clock.now():
        return False
    heir = lock_key(key, f"heir of {found and found.value}")
    if not store.add(heir, _held(token, HEIR_SECONDS)):
        return False
    store.set(key, entry)
    return True


def _held(token: int, seconds: float) -> CountEntry:
    until = clock.now() + seconds
    return CountEntry(token, NEVER_COUNTED, until, until)


def is_held(store: CountCache, key: CountKey) -> bool:
    """Tell whether anyone holds the lock."""
    held = store.get(key)
    return held is not None and held.fresh_until > clock.now()


def release(store: CountCache, key: CountKey, token: int) -> None:
    """
    Give the lock back if the token still owns it.

    Reading and deleting are two steps, for Django's caches have no compare-and-delete;
    a lock that falls free by time-out just between them may be deleted for its next
    owner, who then merely shares the work.
    """
    held = store.get(key)
    if held is not None and held.value == token:
        store.delete(key)
