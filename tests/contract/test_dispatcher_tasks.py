"""The dispatcher "tasks", over the backend that runs a task as it is enqueued."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import django
import pytest
from typing_extensions import override

from django_reckon.counts.dispatchers import DISPATCHERS
from django_reckon.ground.loading import load
from django_reckon.testing import DispatcherContract
from tests.support.database import committing

if TYPE_CHECKING:
    from pytest_django import Settings

    from django_reckon.protocols import Dispatcher

FRAMEWORK: Final = "django.tasks" if django.VERSION >= (6, 0) else "django_tasks"

pytest.importorskip(
    FRAMEWORK, reason="Django 5.2 needs the package django-tasks for tasks."
)
pytestmark = committing


class TestTasksDispatcher(DispatcherContract):
    model = "testapp.Visit"

    @pytest.fixture(autouse=True)
    def _immediate(self, settings: Settings) -> None:
        backend = f"{FRAMEWORK}.backends.immediate.ImmediateBackend"
        settings.TASKS = {"default": {"BACKEND": backend}}

    @override
    def make_dispatcher(self) -> Dispatcher:
        dispatcher: Dispatcher = load("tasks", DISPATCHERS, setting="the test")
        return dispatcher
