"""How the plugin stands beside django-stubs, and what it does when it has no answer."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest

from tests.typing.project import MODELS, Project

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

# Every way to declare a computed field wrongly that Python lets through.
BROKEN: Final = """
    from django.contrib.contenttypes.fields import GenericForeignKey
    from django.contrib.contenttypes.models import ContentType
    from django.db import models
    from django_reckon.models import ComputedField, ComputedFieldsModel, computed

    class Thing(ComputedFieldsModel):
        name = models.CharField(max_length=9)
        kind = models.ForeignKey(ContentType, models.CASCADE)
        key = models.IntegerField()
        what = GenericForeignKey("kind", "key")
        gone = models.ForeignKey("nowhere.Model", models.CASCADE)

        @computed("text", depends=[("self", ["name"])])
        def no_field(self) -> str:
            return self.name

        @computed(models.TextField(), depends=[("self", ["first"])])
        def second(self) -> str:
            return self.first

        @computed(models.TextField(), depends=[("self", ["second"])])
        def first(self) -> str:
            return self.second

        @computed(models.TextField(), depends=["self"])
        def shapeless(self) -> str:
            return "x"

        @computed(models.TextField(), depends=[("what", ["name"])])
        def generic(self) -> str:
            return "x"

        @computed(models.TextField(), depends=[("gone", ["name"])])
        def uninstalled(self) -> str:
            return "x"

        @computed(models.TextField(), query_size=5)
        def misspelt(self) -> str:
            return "x"

        @computed
        def bare(self) -> str:
            return "x"

        plain = ComputedField(models.TextField(), compute="name")

    class Other(models.Model):
        @computed(models.TextField())
        def baseless(self) -> str:
            return "x"

    class Proxy(Thing):
        class Meta:
            proxy = True

        @computed(models.TextField())
        def proxied(self) -> str:
            return "x"
    """
# A part of the message for each of them.
TOLD: Final = (
    "'shop.Thing.no_field' was given 'text' for its field",
    "shop.Thing.second -> shop.Thing.first -> shop.Thing.second",
    "'shop.Thing.shapeless' depends on 'self', which is no rule",
    "'what' in the rule for 'what' is a GenericForeignKey",
    "a model that is not installed",
    'did you mean "querysize"?',
    "'shop.Thing.plain' has compute='name'. Give it a function",
    "'shop.Other.baseless' is a computed field on a model whose save()",
    "'shop.Proxy.proxied' is a computed field on a proxy model",
    # mypy's own words, for the plugin has no hook for what is no call.
    'Value of type variable "F" of "computed" cannot be "Callable',
)
FAILING: Final = """
    from django_reckon._mypy.checking import Checks
    from django_reckon.mypy import plugin

    def fail(*args):
        raise RuntimeError("a hook of ours")

    Checks.decorated = fail
    """


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def _run(project: Project, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mypy", *options, "shop"]
    return subprocess.run(
        command, cwd=project.folder, capture_output=True, text=True, check=False
    )


def test_every_wrong_declaration_is_told(project: Project) -> None:
    project.write({"shop": BROKEN})

    done = _run(project)

    assert "INTERNAL ERROR" not in done.stdout + done.stderr
    assert [part for part in TOLD if part not in done.stdout] == []


def test_plugin_may_stand_first_and_codes_can_be_disabled(project: Project) -> None:
    models = MODELS | {
        "shop": MODELS["shop"].replace('"name"', '"nmae"').replace("str:", "int:")
    }
    project.write(models, plugins="django_reckon.mypy, mypy_django_plugin.main")

    found = project.mypy()
    quiet = project.mypy(
        "--disable-error-code=computed-depends",
        "--disable-error-code=computed-return",
    )

    codes = {match[1] for line in found if (match := re.search(r"\[([\w-]+)\]$", line))}
    assert codes >= {"computed-depends", "computed-return"}
    assert [line for line in quiet if "computed-" in line] == []


def test_exception_in_a_hook_leaves_mypys_own_answer(project: Project) -> None:
    project.write(MODELS, plugins="mypy_django_plugin.main, failing.py")
    project.put("failing.py", FAILING)

    silent = _run(project)
    loud = _run(project, "--show-traceback", "--cache-dir", "loud")

    assert (silent.returncode, silent.stderr) == (0, "")
    assert loud.returncode == 0
    assert loud.stderr.count("django_reckon.mypy: a hook failed") == 1
    assert "RuntimeError: a hook of ours" in loud.stderr
