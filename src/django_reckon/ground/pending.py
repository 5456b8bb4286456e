"""
Work that hangs on an open transaction.

Django has no hook before a COMMIT and none for a rollback. While work is pending on a
connection, and only then, that connection's own methods are wrapped; they go back to
what they were when the transaction ends. Nothing else is ever patched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from django_reckon.ground.internals import put_first_on_commit
from django_reckon.ground.together import is_of_tests

T = TypeVar("T")
W = TypeVar("W", bound="Pending")

_ATTRIBUTE = "_reckon_pending"


class Pending(Protocol):
    """
    What one party has pending on one connection.

    All methods are called in the connection's thread.
    """

    def savepoint_made(self, sid: str) -> None:
        """Note that a savepoint was made."""
        ...

    def savepoint_released(self, sid: str) -> None:
        """Note that a savepoint is gone and what came since it stays."""
        ...

    def savepoint_undone(self, sid: str) -> None:
        """Note that all since that savepoint, made after the party, is undone."""
        ...

    def before_commit(self) -> None:
        """
        Do what must be in the transaction, before the outermost block ends well.

        It runs as if inside that block: atomic() and on_commit() work as there. In a
        TestCase it is when the outermost block of the test ends. An exception rolls
        the transaction back and goes to whoever committed.
        """
        ...

    def committed(self) -> None:
        """
        Do what follows the COMMIT; never called in a TestCase.

        It runs before callbacks of on_commit(), in autocommit as they do.
        """
        ...

    def discarded(self) -> None:
        """
        Forget everything: rolled back, or the connection is closed.

        Also when a savepoint is undone that is older than the party itself.
        """
        ...


def pending(alias: str, name: str, make: Callable[[], W]) -> W:
    """
    Return what that party has pending on the connection, made now if there is none.

    Call it inside a transaction only; outside one nothing would ever end it.
    """
    connection = connections[alias]
    hooks = vars(connection).get(_ATTRIBUTE)
    if hooks is None:
        hooks = vars(connection)[_ATTRIBUTE] = _Hooks(connection)
    if name not in hooks.parties:
        hooks.parties[name] = make()
        hooks.savepoints[name] = set()
    party: W = hooks.parties[name]
    return party


def find(alias: str, name: str) -> Any:
    """
    Return what that party has pending, None for nothing; opens no connection.

    Any: the caller knows what it made.
    """
    hooks = vars(connections[alias]).get(_ATTRIBUTE)
    return None if hooks is None else hooks.parties.get(name)


class _Hooks:
    """The wrapped methods of one connection, for the length of one transaction."""

    names = (
        "close",
        "commit",
        "rollback",
        "savepoint",
        "savepoint_commit",
        "savepoint_rollback",
        "set_autocommit",
    )

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection
        self.parties: dict[str, Any] = {}
        # Name of a party -> savepoints made since it came.
        self.savepoints: dict[str, set[str]] = {}
        # Whether atomic() began the transaction, and so will end it.
        self.by_atomic = connection.in_atomic_block and connection.commit_on_exit
        self.undone: str | None = None
        for name in self.names:
            method = getattr(connection, name)
            setattr(connection, name, partial(getattr(self, name), method))

    def savepoint(self, method: Callable[[], str | None]) -> str | None:
        sid = method()
        if sid is not None:
            for name, party in self.parties.items():
                self.savepoints[name].add(sid)
                party.savepoint_made(sid)
        return sid

    def savepoint_rollback(self, method: Callable[[str], None], sid: str) -> None:
        method(sid)
        self.undone = sid
        for name, party in list(self.parties.items()):
            if sid in self.savepoints[name]:
                party.savepoint_undone(sid)
            else:
                del self.parties[name]
                party.discarded()
        if not self.parties:
            self._take_off()

    def savepoint_commit(self, method: Callable[[str], None], sid: str) -> None:
        # atomic() releases a savepoint also after it has rolled back to it.
        ends_well = sid != self.undone and not self.connection.needs_rollback
        if ends_well and self._is_outermost_of_test():
            self._prepare(partial(self._undo_block_of_test, method, sid))
        method(sid)
        for party in self._each():
            party.savepoint_released(sid)

    def commit(self, method: Callable[[], None]) -> None:
        self._prepare_to_commit()
        method()
        if self.by_atomic:
            # Autocommit is not back yet; Django's own callbacks wait for it, too.
            put_first_on_commit(self.connection, self._end("committed"))
        else:
            self._end("committed")()

    def rollback(self, method: Callable[[], None]) -> None:
        try:
            method()
        finally:
            self._end("discarded")()

    def close(self, method: Callable[[], None]) -> None:
        try:
            method()
        finally:
            self._end("discarded")()

    def set_autocommit(
        self, method: Callable[..., None], autocommit: bool, *args: Any, **kwargs: Any
    ) -> None:
        """Treat switching it on as the COMMIT it is."""
        ends = autocommit and not self.connection.in_atomic_block
        if ends:
            self._prepare_to_commit()
        method(autocommit, *args, **kwargs)
        if ends:
            self._end("committed")()

    def _prepare_to_commit(self) -> None:
        """
        Prepare as inside the block that is about to end.

        Django has left it already, and would refuse on_commit() for one.
        """
        self.connection.in_atomic_block = True
        self.connection.needs_rollback = False
        try:
            self._prepare(self._roll_back)
        finally:
            self.connection.in_atomic_block = False

    def _prepare(self, undo: Callable[[], None]) -> None:
        """
        Run what must be in the transaction, or undo it.

        Django rolls back when the database refuses a COMMIT; for any other exception
        it would go on and commit, so the rollback is done here.
        """
        try:
            for party in self._each():
                party.before_commit()
            # An error that someone swallowed, and that can only be rolled back.
            self.connection.validate_no_broken_transaction()
        except BaseException:
            undo()
            raise

    def _undo_block_of_test(self, release: Callable[[str], None], sid: str) -> None:
        """Do to the outermost block of a test what a rollback does to another's."""
        self.connection.needs_rollback = False
        self.connection.savepoint_rollback(sid)
        release(sid)

    def _roll_back(self) -> None:
        self.connection.in_atomic_block = False
        self.connection.needs_rollback = False
        try:
            self.connection.rollback()
        except DatabaseError:
            # Or Django, switching autocommit on again, would commit after all.
            self.connection.close()

    def _end(self, how: str) -> Callable[[], object]:
        """
        Take the hooks off and return what tells the parties.

        In that order, for what they do may begin a transaction; one that raises does
        not keep the others from hearing.
        """
        told = ExitStack()
        for party in reversed(list(self._each())):
            told.callback(getattr(party, how))
        self._take_off()
        return told.close

    def _take_off(self) -> None:
        for name in self.names:
            vars(self.connection).pop(name, None)
        vars(self.connection).pop(_ATTRIBUTE, None)

    def _each(self) -> Iterator[Any]:
        """Yield every party, those that join meanwhile as well."""
        position = 0
        while position < len(self.parties):
            yield list(self.parties.values())[position]
            position += 1

    def _is_outermost_of_test(self) -> bool:
        """Tell whether only a TestCase's own blocks are left open."""
        return is_of_tests(self.connection)


class Layers(Generic[T]):
    """
    One value for each savepoint that is open, the newest last.

    A party that keeps its work here need not know about savepoints.
    """

    def __init__(self, make: Callable[[], T], merge: Callable[[T, T], T]) -> None:
        """
        Begin with one empty layer for the transaction itself.

        Args:
            make: Returns an empty value.
            merge: Returns the value of two layers, the older one first.
        """
        self._make = make
        self._merge = merge
        self._layers: list[tuple[str | None, T]] = [(None, make())]

    @property
    def top(self) -> T:
        """The value that work done now belongs to."""
        return self._layers[-1][1]

    @property
    def values(self) -> list[T]:
        """The values of all layers, the oldest first."""
        return [value for _, value in self._layers]

    def savepoint_made(self, sid: str) -> None:
        """Put an empty layer on top."""
        self._layers.append((sid, self._make()))

    def savepoint_released(self, sid: str) -> None:
        """Merge everything since the savepoint into what lies below."""
        position = self._position(sid)
        if position is not None:
            above = self.values[position:]
            del self._layers[position:]
            name, value = self._layers[-1]
            for each in above:
                value = self._merge(value, each)
            self._layers[-1] = (name, value)

    def savepoint_undone(self, sid: str) -> None:
        """
        Empty everything since the savepoint, which itself stays open.

        One that is older than the first layer takes everything along.
        """
        position = self._position(sid)
        if position is None:
            self._layers = [(None, self._make())]
        else:
            self._layers[position:] = [(sid, self._make())]

    def _position(self, sid: str) -> int | None:
        for position, (name, _) in enumerate(self._layers):
            if name == sid:
                return position
        return None
