"""reckon.E002: an argument of a FastCountManager cannot be used."""

from __future__ import annotations

import datetime as dt
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

WRONG: Final = [
    pytest.param("precache_count_every", 600, id="period_in_seconds"),
    pytest.param("precache_count_every", dt.timedelta(), id="no_period"),
    pytest.param("cache_counts_larger_than", -1, id="negative_threshold"),
    pytest.param("cache_counts_larger_than", "1000", id="threshold_as_text"),
    pytest.param("expire_cached_counts_after", 600, id="expiry_in_seconds"),
    pytest.param("cache_counts_slower_than", 1.5, id="slowness_in_seconds"),
    pytest.param("serve_stale_for", None, id="no_stale_time"),
    pytest.param("precache_lock_timeout", 0, id="no_lock"),
]
each_mistake = pytest.mark.parametrize(("argument", "value"), WRONG)


@each_mistake
def test_wrong_argument_is_an_error(isolated: Apps, argument: str, value: Any) -> None:
    model = writer(objects=manager(**{argument: value}))

    (message,) = checked(isolated)

    assert (message.id, message.level, message.obj) == ("reckon.E002", ERROR, model)
    assert message.msg.startswith(f"testapp.Writer.objects: {argument} is {value!r}.")


def test_each_wrong_argument_has_a_message(isolated: Apps) -> None:
    writer(objects=manager(serve_stale_for=None, cache_counts_larger_than=None))

    assert [message.id for message in checked(isolated)] == ["reckon.E002"] * 2


def test_hint_leads_to_the_documentation(isolated: Apps) -> None:
    writer(objects=manager(serve_stale_for=None))

    (message,) = checked(isolated)

    assert message.hint is not None
    assert message.hint.startswith("Correct the manager's argument")
    assert ANCHOR.format(anchor="reckon-e002") in message.hint


@committing
@each_mistake
def test_count_under_a_wrong_argument_is_right_and_logged_once(
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
    assert argument in record.getMessage()


@committing
def test_precaching_is_never_due_under_a_wrong_argument(
    isolated: Apps, authors: list[Author], caplog: pytest.LogCaptureFixture, twin: Twin
) -> None:
    """Not even where the wrong argument is the period itself."""
    model = writer(
        objects=manager(
            precache_count_every=600,
            disable_forked_precaching=False,
            dispatcher="inline",
        )
    )

    twin.trigger(model.objects.all())

    assert twin.count(model.objects.all()) == 3
    assert [record.levelname for record in caplog.records] == ["WARNING"]
