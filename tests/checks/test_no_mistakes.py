"""A set-up without mistakes draws no message, and the check is run with the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from django_reckon.checks import check_counts
from tests.checks.writers import checked, manager, writer
from tests.support.database import committing

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from pytest_django import Settings


def test_project_of_the_tests_has_no_mistakes() -> None:
    assert check_counts(None) == []


@committing
def test_command_runs_the_check(settings: Settings) -> None:
    settings.FAST_COUNT_KEY_PREFIX = ""

    with pytest.raises(SystemCheckError, match=r"reckon\.E001"):
        call_command("check")


def test_only_the_apps_in_question_are_checked(isolated: Apps) -> None:
    writer(objects=manager(cache="nowhere"))

    assert check_counts([apps.get_app_config("auth")]) == []
    assert len(checked(isolated)) == 1


def test_model_without_our_manager_is_none_of_our_business(isolated: Apps) -> None:
    writer(fast_count_querysets=lambda self: None)

    assert checked(isolated) == []


def test_every_manager_of_a_model_is_checked(isolated: Apps) -> None:
    writer(objects=manager(cache="nowhere"), rarely=manager(cache="elsewhere"))

    first, second = checked(isolated)

    assert first.msg.startswith("testapp.Writer.objects: ")
    assert second.msg.startswith("testapp.Writer.rarely: ")
