"""reckon.E005: a COMPUTEDFIELDS_* setting cannot be used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from django.core.checks import ERROR

from django_reckon.checks import check_computed
from django_reckon.computed.listening import listen
from django_reckon.exceptions import ConfigurationError
from tests.checks.writers import ANCHOR
from tests.computedapp.models import Tag, Title
from tests.support.database import committing

if TYPE_CHECKING:
    from pytest_django import Settings

WRONG: Final = [
    pytest.param("ADMIN", 1, id="number_as_flag"),
    pytest.param("ALLOW_RECURSION", "yes", id="text_as_flag"),
    pytest.param("BATCHSIZE_BULK", 0, id="no_rows_at_once"),
    pytest.param("BATCHSIZE_FAST", "10", id="text_as_number"),
    pytest.param("BATCHSIZE_FAST", True, id="flag_as_number"),
    pytest.param("QUERYSIZE", -1, id="less_than_nothing"),
    pytest.param("FIXTURES", "later", id="unknown_choice"),
    pytest.param("FASTUPDATE", 5, id="number_as_writer"),
    pytest.param("FASTUPDATE", "nobody", id="unknown_writer"),
    pytest.param("FASTUPDATE", "no.such.Writer", id="missing_writer"),
    pytest.param("FASTUPDATE", "builtins.dict", id="no_writer"),
    pytest.param(
        "FASTUPDATE", {"BACKEND": "fast", "OPTIONS": {"x": 1}}, id="wrong_option"
    ),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_setting_that_cannot_be_used_is_an_error(
    settings: Settings, name: str, value: Any
) -> None:
    setattr(settings, f"COMPUTEDFIELDS_{name}", value)

    (message,) = check_computed(None)

    assert (message.id, message.level, message.obj) == ("reckon.E005", ERROR, None)
    assert message.msg.startswith(f"COMPUTEDFIELDS_{name} ")


@pytest.mark.parametrize("value", [True, False, "fast", "bulk", "loop"])
def test_every_writer_can_be_named(settings: Settings, value: object) -> None:
    settings.COMPUTEDFIELDS_FASTUPDATE = value

    assert check_computed(None) == []


def test_hint_leads_to_the_documentation(settings: Settings) -> None:
    settings.COMPUTEDFIELDS_QUERYSIZE = 0

    (message,) = check_computed(None)

    assert message.hint is not None
    assert message.hint.startswith("Correct the setting; until then computed fields")
    assert ANCHOR.format(anchor="reckon-e005") in message.hint


@committing
def test_write_that_would_move_a_field_says_so_and_is_undone(
    settings: Settings,
) -> None:
    title = Title.objects.create(name="a")
    tag = Tag.objects.create(word="w")
    settings.COMPUTEDFIELDS_FASTUPDATE = "nobody"

    with pytest.raises(ConfigurationError, match="COMPUTEDFIELDS_FASTUPDATE"):
        tag.titles.add(title)

    assert not tag.titles.exists()


def test_project_starts_with_a_wrong_setting(settings: Settings) -> None:
    settings.COMPUTEDFIELDS_ALLOW_RECURSION = "yes"

    listen()

    assert [each.id for each in check_computed(None)] == ["reckon.E005"]
