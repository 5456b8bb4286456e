"""How values of computed fields reach their columns, one file each."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from django.core.signals import setting_changed

from django_reckon.conf import computed as conf
from django_reckon.ground.loading import load
from django_reckon.protocols import BackendSpec, ComputedWriter

WRITERS: Final = {
    "fast": "django_reckon.computed.writers.fast.FastWriter",
    "bulk": "django_reckon.computed.writers.bulk.BulkWriter",
    "loop": "django_reckon.computed.writers.loop.LoopWriter",
}


@lru_cache(maxsize=8)
def writer_named(name: str) -> ComputedWriter:
    """
    Return the writer of a short name or a dotted path.

    Raises:
        ConfigurationError: There is none.
    """
    return _load(name)


@lru_cache(maxsize=1)
def current_writer() -> ComputedWriter:
    """
    Return the writer that COMPUTEDFIELDS_FASTUPDATE names.

    Raises:
        ConfigurationError: The setting cannot be used.
    """
    chosen = conf.current().fastupdate
    if isinstance(chosen, bool):
        return _load("fast" if chosen else "bulk")
    return _load(chosen)


def _load(spec: BackendSpec) -> ComputedWriter:
    setting = f"{conf.PREFIX}FASTUPDATE"
    writer: ComputedWriter = load(
        spec, WRITERS, setting=setting, protocol=ComputedWriter
    )
    return writer


def _forget(*, setting: str, **_: object) -> None:
    if setting.startswith(conf.PREFIX):
        current_writer.cache_clear()


setting_changed.connect(_forget, dispatch_uid="django_reckon.computed.writers")
