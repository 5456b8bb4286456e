"""When refreshes happen: what the settings say, and what a block says otherwise."""

from __future__ import annotations

from contextvars import ContextVar, Token
from functools import lru_cache
from types import TracebackType
from typing import ClassVar, Final, Self

from django.core.signals import setting_changed

from django_reckon.conf import computed as conf
from django_reckon.ground.loading import load
from django_reckon.protocols import BackendSpec, UpdateStrategy

STRATEGIES: Final = {
    "background": "django_reckon.computed.strategies.background.BackgroundStrategy",
    "immediate": "django_reckon.computed.strategies.immediate.ImmediateStrategy",
    "transaction": "django_reckon.computed.strategies.transaction.TransactionStrategy",
}

# The short name that the innermost block says; None outside of any.
_chosen: Final[ContextVar[str | None]] = ContextVar("reckon_strategy", default=None)


def current_strategy() -> UpdateStrategy:
    """
    Return the strategy that holds here.

    Raises:
        ConfigurationError: COMPUTEDFIELDS_STRATEGY cannot be used.
    """
    name = _chosen.get()
    return _configured() if name is None else _named(name)


@lru_cache(maxsize=1)
def _configured() -> UpdateStrategy:
    return _load(conf.current().strategy)


@lru_cache(maxsize=8)
def _named(name: str) -> UpdateStrategy:
    return _load(name)


def _load(spec: BackendSpec) -> UpdateStrategy:
    setting = f"{conf.PREFIX}STRATEGY"
    strategy: UpdateStrategy = load(
        spec, STRATEGIES, setting=setting, protocol=UpdateStrategy
    )
    return strategy


def _forget(*, setting: str, **_: object) -> None:
    if setting.startswith(conf.PREFIX):
        _configured.cache_clear()


setting_changed.connect(_forget, dispatch_uid="django_reckon.computed.strategies")


class _Block:
    """Holds for one block of one thread or task; by ``with`` or ``async with``."""

    strategy: ClassVar[str]

    def __init__(self) -> None:
        """Do nothing until the block begins."""
        self._tokens: list[Token[str | None]] = []

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

    strategy: ClassVar[str] = "transaction"


class immediate_updates(_Block):  # noqa: N801 - it is used like a function
    """Refresh after each write of the block, whatever the settings say."""

    strategy: ClassVar[str] = "immediate"


class background_updates(_Block):  # noqa: N801 - it is used like a function
    """Refresh after the COMMIT, by the dispatcher that the settings name."""

    strategy: ClassVar[str] = "background"
