"""A broken declaration lets the project start, and refuses to be used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

import pytest
from asgiref.sync import async_to_sync
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from django_reckon.exceptions import ResolverException
from django_reckon.models import (
    ComputedFieldsModel,
    compute,
    not_computed,
    update_computedfields,
    update_dependent,
)
from django_reckon.testing import assert_in_sync, isolated_registry
from tests.checks.declaring import author, field, model
from tests.source import ROOT
from tests.support.database import committing
from tests.testapp.models import Author

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from django.apps.registry import Apps

MISTAKES: Final[dict[str, Callable[[], Any]]] = {
    "no_field": lambda: field(column=5),
    "malformed": lambda: field("self"),
    "unknown": lambda: field([("self", ["nam"])]),
}


@pytest.fixture(params=MISTAKES)
def poet(request: pytest.FixtureRequest, isolated: Apps) -> Iterator[Any]:
    """Yield a model over the table of Author, with a field that cannot be used."""
    line = MISTAKES[request.param]()
    made = author(line=line, meta={"db_table": "testapp_author"})
    with isolated_registry(made):
        yield made


def _saved(made: Any) -> None:
    made(name="Ann").save()


def _saved_async(made: Any) -> None:
    async_to_sync(made(name="Ann").asave)()


def _saved_unrefreshed(made: Any) -> None:
    with not_computed():
        made(name="Ann").save()


def _created_in_bulk(made: Any) -> None:
    made.objects.bulk_create([made(name="Ann")])


def _updated(made: Any) -> None:
    made.objects.update(name="Bob")


USES: Final[dict[str, Callable[[Any], object]]] = {
    "save": _saved,
    "asave": _saved_async,
    "save_not_computed": _saved_unrefreshed,
    "bulk_create": _created_in_bulk,
    "update": _updated,
    "compute": lambda made: compute(made(), "line"),
    "update_computedfields": lambda made: update_computedfields(made()),
    "update_dependent": lambda made: update_dependent(made(pk=1)),
    "assert_in_sync": lambda made: assert_in_sync(made),
    "assert_all_in_sync": lambda made: assert_in_sync(),
}


@committing
@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_use_raises_and_writes_nothing(
    poet: Any, authors: list[Author], use: Callable[[Any], object]
) -> None:
    before = list(Author.objects.values_list("pk", "name"))

    with pytest.raises(ResolverException, match=r"testapp\.Poet\.line"):
        use(poet)

    assert list(Author.objects.values_list("pk", "name")) == before


@committing
def test_rows_may_go(poet: Any, authors: list[Author]) -> None:
    poet.objects.filter(name="Ann").delete()

    assert sorted(Author.objects.values_list("name", flat=True)) == ["Bob", "Cid"]


def test_error_does_not_gather_the_frames_of_its_callers(poet: Any) -> None:
    lengths = []
    for _ in range(3):
        with pytest.raises(ResolverException) as caught:
            compute(poet(), "line")
        lengths.append(len(caught.traceback))

    assert len(set(lengths)) == 1


def test_model_of_the_project_that_declares_at_run_time_is_refused() -> None:
    with pytest.raises(ResolverException, match=r"'testapp\.Poet' declares a computed"):
        author(line=field([("self", ["name"])]))

    assert "poet" not in apps.all_models["testapp"]


def test_misdeclared_model_at_run_time_is_refused() -> None:
    with pytest.raises(ResolverException, match="at run time"):
        author(line=field(column=5))


def test_abstract_base_at_run_time_is_refused_when_it_is_used() -> None:
    base: Any = model("Base", line=field([]), meta={"abstract": True})

    with pytest.raises(ResolverException, match=r"'testapp\.Child' declares"):
        model("Child", base)


def test_model_without_computed_fields_may_come_at_any_time() -> None:
    try:
        assert model("Plain", name=models.TextField())._meta.label == "testapp.Plain"
    finally:
        apps.all_models["testapp"].pop("plain", None)
        apps.clear_cache()


def test_model_of_an_isolated_test_may_come_at_any_time() -> None:
    with isolate_apps("tests.testapp"):
        made = author(line=field([("self", ["name"])]))

    assert issubclass(made, ComputedFieldsModel)


_MODELS: Final = """
from django.db import models
from django_reckon.models import ComputedFieldsModel, computed


class Good(ComputedFieldsModel):
    name = models.CharField(max_length=20)

    @computed(models.CharField(max_length=20, default=""), depends=[("self", ["name"])])
    def upper(self):
        return self.name.upper()


class Bad(ComputedFieldsModel):
    name = models.CharField(max_length=20)

    @computed(5)
    def number(self):
        return 5

    @computed(models.TextField(default=""), depends=[("nobody", ["name"])])
    def lost(self):
        return ""

    @computed(models.TextField(default=""), depends="self")
    def shapeless(self):
        return ""

    @computed(models.TextField(default=""), depends=[("self", ["last"])])
    def first(self):
        return self.last

    @computed(models.TextField(default=""), depends=[("self", ["first"])])
    def last(self):
        return self.first
"""
_SETTINGS: Final = """
SECRET_KEY = "x"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}
INSTALLED_APPS = ["django.contrib.contenttypes", "django_reckon", "shop"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
"""
_SCRIPT: Final = """
import json
from shop.models import Bad, Good
from django_reckon.exceptions import ResolverException
good = Good.objects.create(name="ann")
try:
    Bad.objects.create(name="bob")
except ResolverException as error:
    print(json.dumps([Good.objects.get().upper, str(error), Bad.objects.count()]))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return the directory of a project whose models are partly broken."""
    (tmp_path / "shop" / "migrations").mkdir(parents=True)
    (tmp_path / "shop" / "__init__.py").touch()
    (tmp_path / "shop" / "migrations" / "__init__.py").touch()
    (tmp_path / "shop" / "models.py").write_text(_MODELS, "utf-8")
    (tmp_path / "settings.py").write_text(_SETTINGS, "utf-8")
    return tmp_path


def _manage(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(project), str(ROOT / "src")])
    return subprocess.run(
        [sys.executable, "-m", "django", *arguments],
        cwd=project,
        env={**os.environ, "PYTHONPATH": path, "DJANGO_SETTINGS_MODULE": "settings"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.slow
@pytest.mark.once
def test_project_with_broken_declarations_starts_migrates_and_tells_all(
    project: Path,
) -> None:
    checked = _manage(project, "check")
    made = _manage(project, "makemigrations", "shop", "--skip-checks")
    migrated = _manage(project, "migrate", "--skip-checks")
    used = _manage(project, "shell", "--verbosity", "0", "--command", _SCRIPT)

    assert checked.returncode == 1
    for check_id in ("reckon.E006", "reckon.E007", "reckon.E008", "reckon.E009"):
        assert checked.stderr.count(f"({check_id})") == 1
    assert made.returncode == 0, made.stderr
    assert migrated.returncode == 0, migrated.stderr
    upper, error, count = json.loads(used.stdout)
    assert (upper, count) == ("ANN", 0)
    assert "shop.Bad." in error
