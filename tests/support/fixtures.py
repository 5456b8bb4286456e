"""Fixtures that the directories share; each conftest.py names those it uses."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from asgiref.sync import SyncToAsync
from django.test import SimpleTestCase

from tests.support import database as databases
from tests.support.clock import FakeClock
from tests.support.reset import forget_everything
from tests.support.twins import ASYNC, SYNC, Twin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoDbBlocker

__all__ = [
    "_django_db_helper",
    "closed_port",
    "fake_clock",
    "forgetful",
    "hops",
    "twin",
]


@pytest.fixture(autouse=True)
def forgetful(_empty_caches: None) -> Iterator[None]:
    """Let no test find what another one made this process remember."""
    forget_everything()
    yield
    forget_everything()


@pytest.fixture
def _django_db_helper(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """
    Commit for real and clean up by DELETE, in place of pytest-django's flush.

    Takes the place of the plugin's fixture of that name, which the mark `django_db`
    and the fixture `transactional_db` lead to; unittest classes look after themselves.
    """
    if request.cls is not None and issubclass(request.cls, SimpleTestCase):
        yield
        return
    with django_db_blocker.unblock():
        yield
        databases.empty()


@pytest.fixture
def fake_clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    """Stop the time; the test moves it."""
    clock = FakeClock()
    clock.install(monkeypatch)
    return clock


@pytest.fixture(params=["sync", "async"])
def twin(request: pytest.FixtureRequest) -> Twin:
    """Run the test with the sync methods and with their async twins."""
    return SYNC if request.param == "sync" else ASYNC


@pytest.fixture
def closed_port() -> Iterator[int]:
    """Yield a port that refuses connections: bound, so that nobody takes it."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield int(bound.getsockname()[1])


@pytest.fixture
def hops(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the names of what sync_to_async() carries into a thread."""
    carried: list[str] = []
    plain = SyncToAsync.__call__

    async def counted(
        self: SyncToAsync[..., object], *args: object, **kwargs: object
    ) -> object:
        carried.append(getattr(self.func, "__qualname__", repr(self.func)))
        return await plain(self, *args, **kwargs)

    monkeypatch.setattr(SyncToAsync, "__call__", counted)
    return carried
