"""Having pending updates done after the COMMIT that left them."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Final

from django.core.signals import setting_changed

from django_reckon.conf import computed as conf
from django_reckon.ground.loading import load
from django_reckon.protocols import UpdateDispatcher

logger: Final = logging.getLogger(__name__)

# Short names for COMPUTEDFIELDS_DISPATCHER.
DISPATCHERS: Final = {
    "inline": "django_reckon.computed.outbox.inline.InlineDispatcher",
    "tasks": "django_reckon.computed.outbox.tasks.TasksDispatcher",
    "thread": "django_reckon.computed.outbox.thread.ThreadDispatcher",
}


@lru_cache(maxsize=1)
def current_dispatcher() -> UpdateDispatcher:
    """
    Return the dispatcher that COMPUTEDFIELDS_DISPATCHER names.

    Raises:
        ConfigurationError: The setting cannot be used.
    """
    dispatcher: UpdateDispatcher = load(
        conf.current().dispatcher,
        DISPATCHERS,
        setting=f"{conf.PREFIX}DISPATCHER",
        protocol=UpdateDispatcher,
    )
    return dispatcher


def dispatch(alias: str) -> None:
    """
    Have what is pending on a database done somewhere; never raises.

    The write is committed, and what it left stays in the table whatever happens here.
    """
    try:
        current_dispatcher().dispatch(alias)
    except Exception:
        logger.exception(
            "Pending updates of %r were not started. They stay until the next write, "
            "or until manage.py updatepending.",
            alias,
        )


def _forget(*, setting: str, **_: object) -> None:
    if setting.startswith(conf.PREFIX):
        current_dispatcher.cache_clear()


setting_changed.connect(_forget, dispatch_uid="django_reckon.computed.outbox")
