"""Every setting of computed fields, typed, with its default beside its meaning."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django_reckon.conf.reading import Namespace
from django_reckon.protocols import BackendSpec

PREFIX: Final = "COMPUTEDFIELDS_"
_read: Final = Namespace(PREFIX)


@dataclass(frozen=True, slots=True)
class Settings:
    """
    The COMPUTEDFIELDS_* settings.

    Attributes:
        admin: Whether the admin lists computed models, COMPUTEDFIELDS_ADMIN.
        allow_recursion: Whether fields may depend on themselves through a tree of
            rows, COMPUTEDFIELDS_ALLOW_RECURSION.
        batchsize_bulk: Rows that bulk_update() writes at once,
            COMPUTEDFIELDS_BATCHSIZE_BULK.
        batchsize_fast: Rows that the fast writer writes at once,
            COMPUTEDFIELDS_BATCHSIZE_FAST.
        fastupdate: True for the fast writer, False for bulk_update(); or the name or
            dotted path of another, COMPUTEDFIELDS_FASTUPDATE.
        querysize: Rows read at once, COMPUTEDFIELDS_QUERYSIZE.
        fixtures: "recompute" after loaddata, or "skip", COMPUTEDFIELDS_FIXTURES.
        strategy: When rows are refreshed, COMPUTEDFIELDS_STRATEGY.
        dispatcher: Who does what the strategy "background" leaves,
            COMPUTEDFIELDS_DISPATCHER.
        locking: "on", or "off" where nobody else writes meanwhile,
            COMPUTEDFIELDS_LOCKING.
    """

    admin: bool = False
    allow_recursion: bool = False
    batchsize_bulk: int = 100
    batchsize_fast: int = 10_000
    fastupdate: bool | BackendSpec = True
    querysize: int = 10_000
    fixtures: str = "recompute"
    strategy: BackendSpec = "transaction"
    dispatcher: BackendSpec = "thread"
    locking: str = "on"


@lru_cache(maxsize=1)
def current() -> Settings:
    """
    Return the settings in force.

    Raises:
        ConfigurationError: One of them cannot be used.
    """
    default = Settings()
    return Settings(
        admin=_read.flag("ADMIN", default=default.admin),
        allow_recursion=_read.flag("ALLOW_RECURSION", default=default.allow_recursion),
        batchsize_bulk=_read.positive("BATCHSIZE_BULK", default.batchsize_bulk),
        batchsize_fast=_read.positive("BATCHSIZE_FAST", default.batchsize_fast),
        fastupdate=_writer("FASTUPDATE", default.fastupdate),
        querysize=_read.positive("QUERYSIZE", default.querysize),
        dispatcher=_read.get("DISPATCHER", default.dispatcher),
        fixtures=_read.choice("FIXTURES", default.fixtures, ("recompute", "skip")),
        locking=_read.choice("LOCKING", default.locking, ("on", "off")),
        strategy=_read.get("STRATEGY", default.strategy),
    )


def _writer(name: str, default: bool | BackendSpec) -> bool | BackendSpec:
    value = _read.get(name, default)
    if not isinstance(value, bool | str | dict):
        wanted = "True, False, or the dotted path of a writer"
        raise _read.wrong(name, value, wanted)
    return value


_read.on_change(current.cache_clear)
