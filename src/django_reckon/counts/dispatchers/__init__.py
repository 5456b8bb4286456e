"""Places where precaching runs, all behind the Dispatcher Protocol."""

from __future__ import annotations

from typing import Final

# Short names for FAST_COUNT_DISPATCHER and FastCountManager(dispatcher=...).
DISPATCHERS: Final[dict[str, str]] = {
    "inline": "django_reckon.counts.dispatchers.inline.InlineDispatcher",
    "subprocess": "django_reckon.counts.dispatchers.process.SubprocessDispatcher",
    "tasks": "django_reckon.counts.dispatchers.tasks.TasksDispatcher",
    "thread": "django_reckon.counts.dispatchers.thread.ThreadDispatcher",
}
