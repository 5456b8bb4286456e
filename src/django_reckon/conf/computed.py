"""Every setting of computed fields, typed, with its default beside its meaning."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.conf import settings as django_settings
from django.core.signals import setting_changed

from django_reckon.exceptions import ConfigurationError
from django_reckon.ground.shapes import is_whole
from django_reckon.protocols import BackendSpec

PREFIX: Final = "COMPUTEDFIELDS_"


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
        strategy: "immediate" refreshes after each write; "transaction" at its end, or
            when a statement reads what is stale, COMPUTEDFIELDS_STRATEGY.
    """

    admin: bool = False
    allow_recursion: bool = False
    batchsize_bulk: int = 100
    batchsize_fast: int = 10_000
    fastupdate: bool | BackendSpec = True
    querysize: int = 10_000
    fixtures: str = "recompute"
    strategy: str = "immediate"


@lru_cache(maxsize=1)
def current() -> Settings:
    """
    Return the settings in force.

    Raises:
        ConfigurationError: One of them cannot be used.
    """
    default = Settings()
    return Settings(
        admin=_flag("ADMIN", default=default.admin),
        allow_recursion=_flag("ALLOW_RECURSION", default=default.allow_recursion),
        batchsize_bulk=_number("BATCHSIZE_BULK", default.batchsize_bulk),
        batchsize_fast=_number("BATCHSIZE_FAST", default.batchsize_fast),
        fastupdate=_writer("FASTUPDATE", default.fastupdate),
        querysize=_number("QUERYSIZE", default.querysize),
        fixtures=_choice("FIXTURES", default.fixtures, ("recompute", "skip")),
        strategy=_choice("STRATEGY", default.strategy, ("immediate", "transaction")),
    )


def _get(name: str, default: object) -> Any:
    """Return the raw setting; Any, for the user may have written anything."""
    return getattr(django_settings, PREFIX + name, default)


def _wrong(name: str, value: object, wanted: str) -> ConfigurationError:
    return ConfigurationError(f"{PREFIX}{name} is {value!r}. Set it to {wanted}.")


def _flag(name: str, *, default: bool) -> bool:
    value = _get(name, default)
    if not isinstance(value, bool):
        raise _wrong(name, value, "True or False")
    return value


def _number(name: str, default: int) -> int:
    value = _get(name, default)
    if not is_whole(value, least=1):
        raise _wrong(name, value, "a whole number from 1")
    number: int = value
    return number


def _choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    value = _get(name, default)
    if value not in choices:
        raise _wrong(name, value, " or ".join(map(repr, choices)))
    chosen: str = value
    return chosen


def _writer(name: str, default: bool | BackendSpec) -> bool | BackendSpec:
    value = _get(name, default)
    if not isinstance(value, bool | str | dict):
        raise _wrong(name, value, "True, False, or the dotted path of a writer")
    return value


def _forget(*, setting: str, **_: object) -> None:
    if setting.startswith(PREFIX):
        current.cache_clear()


setting_changed.connect(_forget, dispatch_uid="django_reckon.conf.computed")
