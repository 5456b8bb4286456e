"""reckon.E003: the cache, resolvers or dispatcher of a manager cannot be loaded."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.core.checks import ERROR

from tests.checks.writers import ANCHOR, checked, manager, writer
from tests.support.database import committing
from tests.support.twins import plain_count
from tests.testapp.models import Author

if TYPE_CHECKING:
    from django.apps.registry import Apps

    from tests.support.twins import Twin

STORES: Final = [
    pytest.param("cache", "nowhere", id="unknown_cache"),
    pytest.param("cache", 5, id="number_as_cache"),
    pytest.param("cache", "builtins.dict", id="no_cache"),
    pytest.param("cache", "no.such.Cache", id="missing_cache"),
    pytest.param(
        "cache", {"BACKEND": "memory", "OPTIONS": {"ttl": 2}}, id="wrong_option"
    ),
    pytest.param("resolvers", ["nobody"], id="unknown_resolver"),
    pytest.param("resolvers", "cache", id="text_as_resolvers"),
    pytest.param("resolvers", 5, id="number_as_resolvers"),
    pytest.param("resolvers", ["builtins.dict"], id="no_resolver"),
    pytest.param("resolvers", [None], id="none_as_resolver"),
]
DISPATCHERS: Final = [
    pytest.param("dispatcher", "nowhere", id="unknown_dispatcher"),
    pytest.param("dispatcher", 5, id="number_as_dispatcher"),
    pytest.param("dispatcher", "builtins.dict", id="no_dispatcher"),
    pytest.param("dispatcher", {"BACKEND": "inline", "OPTIONS": {"x": 1}}, id="option"),
]


@pytest.mark.parametrize(("argument", "value"), [*STORES, *DISPATCHERS])
def test_backend_that_cannot_be_loaded_is_an_error(
    isolated: Apps, argument: str, value: Any
) -> None:
    model = writer(objects=manager(**{argument: value}))

    (message,) = checked(isolated)

    assert (message.id, message.level, message.obj) == ("reckon.E003", ERROR, model)
    assert message.msg.startswith("testapp.Writer.objects: ")


def test_message_names_what_was_found(isolated: Apps) -> None:
    writer(objects=manager(cache="nowhere"))

    (message,) = checked(isolated)

    assert "'nowhere'" in message.msg


def test_hint_leads_to_the_documentation(isolated: Apps) -> None:
    writer(objects=manager(cache="nowhere"))

    (message,) = checked(isolated)

    assert message.hint is not None
    assert message.hint.startswith("Correct the manager's cache, resolvers or")
    assert ANCHOR.format(anchor="reckon-e003") in message.hint


@committing
@pytest.mark.parametrize(("argument", "value"), STORES)
def test_count_without_its_backend_is_right_and_logged_once(
    isolated: Apps,
    authors: list[Author],
    caplog: pytest.LogCaptureFixture,
    twin: Twin,
    argument: str,
    value: Any,
) -> None:
    model = writer(objects=manager(**{argument: value}))

    with caplog.at_level(logging.WARNING, logger="django_reckon"):
        first = twin.count(model.objects.all())
        Author.objects.create(name="Dan")
        second = twin.count(model.objects.all())

    assert (first, second) == (3, 4)
    assert second == plain_count(model.objects.all())
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "testapp.Writer.objects" in record.getMessage()


@committing
@pytest.mark.parametrize(("argument", "value"), DISPATCHERS)
def test_count_without_its_dispatcher_is_right_and_logged_once(
    isolated: Apps,
    authors: list[Author],
    caplog: pytest.LogCaptureFixture,
    twin: Twin,
    argument: str,
    value: Any,
) -> None:
    arguments = {"disable_forked_precaching": False, argument: value}
    model = writer(objects=manager(**arguments))

    counted = [twin.count(model.objects.all()) for _ in range(3)]

    assert counted == [3, 3, 3]
    (record,) = [each for each in caplog.records if each.name.endswith("trigger")]
    assert record.levelno == logging.ERROR
    assert "testapp.Writer" in record.getMessage()
