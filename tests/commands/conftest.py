"""Fixtures of this directory."""

from __future__ import annotations

import pytest

from django_reckon.counts import precache
from tests.commands.computed import World
from tests.commands.runs import Declares
from tests.support.fixtures import _django_db_helper as _django_db_helper
from tests.support.fixtures import fake_clock as fake_clock
from tests.support.fixtures import forgetful as forgetful
from tests.testapp.models import Author, Book


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever started the tests, they are not a background run."""
    monkeypatch.delenv(precache.CHILD, raising=False)


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch) -> Declares:
    """Let the test say what Book declares to be counted ahead."""
    return Declares(monkeypatch)


@pytest.fixture
def books(db: None) -> None:
    """Write three books, two of them flagged."""
    author = Author.objects.create(name="Ann")
    for title, flag in (("Alpha", True), ("Beta", True), ("Gamma", False)):
        Book.objects.create(title=title, flag=flag, author=author)


@pytest.fixture
def world(db: None) -> World:
    """Write rows whose computed fields are right."""
    world = World()
    world.build()
    return world
