"""Doing without refreshes for a while."""

from __future__ import annotations

import logging
from contextvars import ContextVar, Token
from functools import partial
from types import TracebackType
from typing import Final, Self

from django.db import connections

from django_reckon.computed.refreshing.work import Work
from django_reckon.computed.strategies.choice import current_strategy
from django_reckon.ground.aio import in_thread
from django_reckon.ground.together import together
from django_reckon.ground.transactions import is_broken

logger: Final = logging.getLogger(__name__)


class not_computed:  # noqa: N801 - the contract's name; it is used like a function
    """
    Compute nothing while the block runs, in this thread or task and no other.

    Neither the fields of rows that are written are computed, nor those that depend on
    them. Use it by ``with`` or ``async with``. Blocks may be nested; each goes by its
    own argument.

    Args:
        recover: Submit everything that was written meanwhile when the block ends, as
            if it had been one write: it is brought up to date then, or with the rest of
            the transaction that is open, as the strategy says. Also when the block ends
            by an exception, unless the transaction is lost anyway; the exception always
            goes on to the caller.

    Raises:
        ResolutionError: At the end, with recover: a value cannot be computed.

    Cost:
        With recover, a fixed number of queries for each level of fields, whatever the
        number of writes.
    """

    def __init__(self, *, recover: bool = False) -> None:
        """Do nothing until the block begins."""
        self._recover = recover
        self._works: dict[str, Work] = {}
        self._token: Token[not_computed | None] | None = None

    def work_on(self, alias: str) -> Work | None:
        """Return where to note what is due on a database; None to forget it."""
        return self._works.setdefault(alias, Work()) if self._recover else None

    def __enter__(self) -> Self:
        """Begin."""
        if self._token is not None:
            raise RuntimeError(
                "This not_computed() is in use. Make one for each block."
            )
        self._token = _suspended.set(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End, and recover if that was asked for."""
        self._end()
        self._catch_up(error)

    async def __aenter__(self) -> Self:
        """Begin."""
        return self.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End, and recover if that was asked for, in the connections' thread."""
        self._end()
        if any(self._works.values()):
            await in_thread(self._catch_up)(error)

    def _end(self) -> None:
        if self._token is not None:
            _suspended.reset(self._token)
            self._token = None

    def _catch_up(self, error: BaseException | None) -> None:
        works, self._works = self._works, {}
        for alias, work in works.items():
            if not work or is_broken(alias):
                continue
            try:
                submit = partial(current_strategy().submit, alias, work)
                together(connections[alias], submit)
            except Exception as another:
                if error is None:
                    raise
                logger.exception("Recovery on %r failed.", alias)
                error.add_note(f"Computed fields were not recovered: {another}")


_suspended: Final[ContextVar[not_computed | None]] = ContextVar(
    "reckon_suspended", default=None
)


def suspension() -> not_computed | None:
    """Return the innermost not_computed() that holds here; None outside of any."""
    return _suspended.get()
