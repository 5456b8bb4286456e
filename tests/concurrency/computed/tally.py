"""What became of a load of writes, and of the clashes on the way."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Final, Self

from django.db import DatabaseError

from django_reckon.exceptions import ResolutionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Tally", "attempt", "clash_of", "total"]

# How often a caller tries again before it gives up.
_TRIES: Final = 50
# PostgreSQL's class of a deadlock, by SQLSTATE.
_SQLSTATES: Final = {"40P01": "deadlock", "40001": "serialization"}
# MySQL's and MariaDB's ER_LOCK_DEADLOCK, ER_LOCK_WAIT_TIMEOUT and ER_CHECKREAD.
_NUMBERS: Final = {1213: "deadlock", 1205: "lock timeout", 1020: "serialization"}
# SQLite has no number of its own in the messages of Django.
_LOCKED: Final = "database is locked"


@dataclass(slots=True)
class Tally:
    """
    What became of a load.

    Attributes:
        done: Writes or transactions that were committed.
        given_up: Those that failed too often.
        clashes: How often the database refused one for the sake of another, by kind.
        misread: What a transaction read of its own, wrongly.
        wrong: What was stored wrongly at the end, or after a round.
    """

    done: int = 0
    given_up: int = 0
    clashes: Counter[str] = field(default_factory=Counter)
    misread: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return what another process has counted."""
        found = json.loads(text)
        return cls(**found | {"clashes": Counter(found["clashes"])})

    def as_json(self) -> str:
        """Return a line for another process."""
        # Not by asdict(), which takes a Counter apart and counts the pairs.
        return json.dumps(
            {each.name: getattr(self, each.name) for each in fields(self)}
        )

    def add(self, other: Tally) -> None:
        """Add what another one holds."""
        self.done += other.done
        self.given_up += other.given_up
        self.clashes += other.clashes
        self.misread += other.misread
        self.wrong += other.wrong


def total(tallies: Iterable[Tally]) -> Tally:
    """Return the sum."""
    found = Tally()
    for each in tallies:
        found.add(each)
    return found


def attempt(work: Callable[[], object], tally: Tally) -> bool:
    """
    Do the work, again and again as callers of databases must; tell whether it is done.

    Any other error than a clash is raised.
    """
    for _ in range(_TRIES):
        try:
            work()
        except (DatabaseError, ResolutionError) as error:
            clash = clash_of(error)
            if clash is None:
                raise
            tally.clashes[clash] += 1
        else:
            tally.done += 1
            return True
    tally.given_up += 1
    return False


def clash_of(error: BaseException | None) -> str | None:
    """Return what kind of clash an error or one of its causes is; None for none."""
    while error is not None:
        found = _SQLSTATES.get(getattr(error, "sqlstate", None) or "")
        if found is None and error.args and isinstance(error.args[0], int):
            found = _NUMBERS.get(error.args[0])
        if found is None and str(error) == _LOCKED:
            found = "locked"
        if found is not None:
            return found
        error = error.__cause__
    return None
