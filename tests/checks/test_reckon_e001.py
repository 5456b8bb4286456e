"""reckon.E001: a FAST_COUNT_* setting cannot be used."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.core.checks import ERROR

from django_reckon.checks import check_counts
from tests.checks.writers import ANCHOR
from tests.support.database import committing
from tests.support.twins import plain_count
from tests.testapp.models import Author, Book

if TYPE_CHECKING:
    from pytest_django import Settings

    from tests.support.twins import Twin

WRONG: Final = [
    pytest.param("CACHE", "nowhere", id="unknown_cache"),
    pytest.param("CACHE", 5, id="number_as_cache"),
    pytest.param("CACHE", "no.such.Cache", id="missing_cache"),
    pytest.param("CACHE", "builtins.dict", id="no_cache"),
    pytest.param(
        "CACHE", {"BACKEND": "django", "OPTIONS": {"alias": "x"}}, id="unknown_alias"
    ),
    pytest.param("RESOLVERS", ["nobody"], id="unknown_resolver"),
    pytest.param("RESOLVERS", [], id="no_resolvers"),
    pytest.param("RESOLVERS", "cache", id="text_as_resolvers"),
    pytest.param("RESOLVERS", ["builtins.dict"], id="no_resolver"),
    pytest.param("TENANT", "no.such.function", id="missing_tenant"),
    pytest.param("TENANT", 5, id="number_as_tenant"),
    pytest.param("KEY_PREFIX", "", id="empty_prefix"),
    pytest.param("FLIGHT_LIMIT", 30, id="limit_in_seconds"),
    pytest.param("FLIGHT_LIMIT", dt.timedelta(), id="no_limit"),
    pytest.param("PRECACHE_CONCURRENCY", 0, id="nobody_at_work"),
]
DISPATCHERS: Final = [
    pytest.param("nowhere", id="unknown"),
    pytest.param("no.such.Dispatcher", id="missing"),
    pytest.param("builtins.dict", id="no_dispatcher"),
    pytest.param({"BACKEND": "thread", "OPTIONS": {"x": 1}}, id="wrong_option"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_wrong_setting_is_an_error(settings: Settings, name: str, value: Any) -> None:
    setattr(settings, f"FAST_COUNT_{name}", value)

    (message,) = check_counts(None)

    assert (message.id, message.level, message.obj) == ("reckon.E001", ERROR, None)
    assert f"FAST_COUNT_{name}" in message.msg


@pytest.mark.parametrize("value", DISPATCHERS)
def test_wrong_dispatcher_is_an_error(settings: Settings, value: Any) -> None:
    settings.FAST_COUNT_DISPATCHER = value

    (message,) = check_counts(None)

    assert (message.id, message.level) == ("reckon.E001", ERROR)
    assert "FAST_COUNT_DISPATCHER" in message.msg


def test_hint_leads_to_the_documentation(settings: Settings) -> None:
    settings.FAST_COUNT_CACHE = "nowhere"

    (message,) = check_counts(None)

    assert message.hint is not None
    assert message.hint.startswith("Correct the setting")
    assert ANCHOR.format(anchor="reckon-e001") in message.hint


@committing
@pytest.mark.parametrize(("name", "value"), WRONG)
def test_count_under_a_wrong_setting_is_right_and_logged_once(
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
    twin: Twin,
    name: str,
    value: Any,
) -> None:
    author = Author.objects.create(name="Ann")
    Book.objects.create(title="Alpha", author=author)
    setattr(settings, f"FAST_COUNT_{name}", value)

    with caplog.at_level(logging.WARNING, logger="django_reckon"):
        first = twin.count(Book.objects.all())
        Book.objects.create(title="Beta", author=author)
        second = twin.count(Book.objects.all())

    assert (first, second) == (1, 2)
    assert second == plain_count(Book.objects.all())
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert f"FAST_COUNT_{name}" in record.getMessage()


@committing
def test_wrong_dispatcher_harms_no_count(settings: Settings, twin: Twin) -> None:
    settings.FAST_COUNT_DISPATCHER = "nowhere"
    author = Author.objects.create(name="Ann")
    Book.objects.create(title="Alpha", author=author)

    counted = [twin.info(Book.objects.all()).source for _ in range(2)]

    assert counted == ["exact", "cache"]
