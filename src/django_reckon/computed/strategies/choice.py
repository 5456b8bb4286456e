"""When refreshes happen: what the settings say, and what a block says otherwise."""

from __future__ import annotations

from contextvars import ContextVar, Token
from types import TracebackType
from typing import ClassVar, Final, Literal, Self, TypeAlias

from django_reckon.conf import computed as conf

Strategy: TypeAlias = Literal["immediate", "transaction"]

_chosen: Final[ContextVar[Strategy | None]] = ContextVar(
    "reckon_strategy", default=None
)


def is_deferred() -> bool:
    """Tell whether refreshes wait for the end of the transaction, or for a reader."""
    return (_chosen.get() or conf.current().strategy) == "transaction"


class _Block:
    """Holds for one block of one thread or task; by ``with`` or ``async with``."""

    strategy: ClassVar[Strategy]

    def __init__(self) -> None:
        """Do nothing until the block begins."""
        self._tokens: list[Token[Strategy | None]] = []

    def __enter__(self) -> Self:
        """Begin."""
        self._tokens.append(_chosen.set(self.strategy))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End."""
        _chosen.reset(self._tokens.pop())

    async def __aenter__(self) -> Self:
        """Begin."""
        return self.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End."""
        self.__exit__(kind, error, traceback)


class deferred_updates(_Block):  # noqa: N801 - it is used like a function
    """
    Let refreshes of the block wait for the end of their transaction.

    They are done before the COMMIT, or earlier: as soon as a statement reads a column
    that is stale. Writes outside any transaction are refreshed as they commit.
    """

    strategy = "transaction"


class immediate_updates(_Block):  # noqa: N801 - it is used like a function
    """Refresh after each write of the block, whatever the settings say."""

    strategy = "immediate"
