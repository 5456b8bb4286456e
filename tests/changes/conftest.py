"""Fixtures of this directory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from django_reckon.changes.watch import Watch, watch_list
from tests.support import database
from tests.support.fixtures import _django_db_helper as _django_db_helper
from tests.support.fixtures import fake_clock as fake_clock
from tests.support.fixtures import forgetful as forgetful
from tests.support.fixtures import hops as hops
from tests.support.fixtures import twin as twin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model

    from django_reckon.changes.event import Change

# Until the app is one of the tests' own.
setattr(database, "_APPS", ("changesapp", *database._APPS))  # noqa: B010


class Recorder:
    """A listener that keeps what it hears."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.watches: list[tuple[type[Model], Watch]] = []

    def __call__(self, change: Change) -> None:
        self.changes.append(change)

    def watch(self, model: type[Model], *relations: str, **wishes: Any) -> None:
        """Begin to listen; Any: what a Watch takes."""
        listener = wishes.pop("listener", self)
        watch = Watch(listener=listener, relations=relations, **wishes)
        self.watches.append((model, watch))
        watch_list.add(model, watch)

    def stop(self) -> None:
        """Listen no more."""
        while self.watches:
            watch_list.remove(*self.watches.pop())


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    """Yield a listener that hears nothing yet, and nothing after the test."""
    recorder = Recorder()
    yield recorder
    recorder.stop()
