"""The fixture for pytest: loaded by name alone, and run while the rows are there."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest

from tests.source import ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.once]

_SETTINGS: Final = """
SECRET_KEY = "x"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
INSTALLED_APPS = ["django.contrib.contenttypes", "django_reckon", "shop"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
"""
_MODELS: Final = """
from django.db import models
from django_reckon.models import ComputedFieldsModel, computed


class Box(ComputedFieldsModel):
    width = models.IntegerField()

    @computed(models.IntegerField(default=0), depends=[("self", ["width"])])
    def area(self):
        return self.width ** 2
"""
_TESTS: Final = """
from django.db import connection
from shop.models import Box


def spoil():
    Box.objects.create(width=3)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE shop_box SET width = 4")


def test_right(computed_in_sync):
    Box.objects.create(width=3)


def test_wrong(computed_in_sync):
    spoil()


def test_unasked(db):
    spoil()
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return the directory of a project with three tests."""
    (tmp_path / "shop").mkdir()
    files = {
        "settings.py": _SETTINGS,
        "shop/__init__.py": "",
        "shop/models.py": _MODELS,
        "test_boxes.py": _TESTS,
        "pytest.ini": "[pytest]\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def _run(project: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider"],
        cwd=project,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(project), str(ROOT / "src")]),
            "DJANGO_SETTINGS_MODULE": "settings",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.stdout


def test_fixture_fails_the_test_that_leaves_a_wrong_value(project: Path) -> None:
    plugin = 'pytest_plugins = ["django_reckon.testing.pytest"]\n'
    (project / "conftest.py").write_text(plugin, encoding="utf-8")

    shown = _run(project)

    assert "stored 9, computed 16" in shown
    assert "ERROR test_boxes.py::test_wrong" in shown
    assert "3 passed, 1 error" in shown


def test_fixture_is_not_there_unless_it_is_asked_for(project: Path) -> None:
    shown = _run(project)

    assert "fixture 'computed_in_sync' not found" in shown
    assert "1 passed, 2 errors" in shown
