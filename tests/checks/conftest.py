"""Fixtures of this directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test.utils import isolate_apps

from tests.support.fixtures import _django_db_helper as _django_db_helper
from tests.support.fixtures import fake_clock as fake_clock
from tests.support.fixtures import forgetful as forgetful
from tests.support.fixtures import twin as twin
from tests.testapp.models import Author

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.apps.registry import Apps


@pytest.fixture
def isolated() -> Iterator[Apps]:
    """Give a registry of its own to the models that a test defines."""
    with isolate_apps("tests.testapp") as apps:
        assert apps is not None
        yield apps


@pytest.fixture
def authors(db: None) -> list[Author]:
    """Write three authors, to be counted."""
    return [Author.objects.create(name=name) for name in ("Ann", "Bob", "Cid")]
