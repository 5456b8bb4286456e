"""Every example of the pages about computed fields runs, as the page shows it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pytest

from tests.source import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGES: Final = (
    "README.md#Computed fields",
    "docs/index.md",
    "docs/tutorial-computed.md",
    "docs/howto/computed-rules.md",
    "docs/howto/computed-bulk.md",
    "docs/howto/computed-testing.md",
    "docs/explanation/computed.md",
    "docs/migrating-from-django-computedfields.md",
    "docs/reference/models.md",
    "docs/reference/signals.md",
)

_BLOCK: Final = re.compile(r"^```(python|pycon)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FILE: Final = re.compile(r"# (\S+\.py)\n")
_MODELS: Final = "shop/models.py"
_SETTINGS: Final = """
SECRET_KEY = "x"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
INSTALLED_APPS = [
    "django.contrib.contenttypes", "django.contrib.auth", "django_reckon", "shop"
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
"""
_RUN: Final = """
import doctest, pathlib, sys
import django
from django.core.management import call_command
django.setup()
call_command("check")
call_command("migrate", run_syncdb=True, verbosity=0)
test = doctest.DocTestParser().get_doctest(
    pathlib.Path("session.txt").read_text("utf-8"), {}, "page", "session.txt", 0
)
runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
runner.run(test)
sys.exit(runner.failures and 1)
"""


@dataclass(slots=True)
class Chapter:
    """What a page shows of one set of models: files, and one session with them."""

    files: dict[str, str] = field(default_factory=dict)
    session: list[str] = field(default_factory=list)


def _text(page: str) -> str:
    """Return the text of a page, or of one section of it."""
    name, _, heading = page.partition("#")
    text = (ROOT / name).read_text(encoding="utf-8")
    if heading:
        _, _, text = text.partition(f"\n## {heading}\n")
        assert text, f"{name} has no section {heading!r}."
        text = re.split(r"^## ", text, maxsplit=1, flags=re.MULTILINE)[0]
    return text


def _chapters(page: str) -> list[Chapter]:
    """Return what a page shows, a chapter for each time that the models change."""
    chapters = [Chapter()]
    for kind, text in _BLOCK.findall(_text(page)):
        if kind == "pycon":
            chapters[-1].session.append(text)
            continue
        named = _FILE.match(text)
        if named is None:
            continue
        if named[1] in chapters[-1].files or chapters[-1].session:
            is_new = named[1] in {_MODELS, "settings.py"}
            if is_new and (_MODELS in chapters[-1].files):
                chapters.append(Chapter())
        chapters[-1].files[named[1]] = text
    return chapters


def _python(folder: Path, *arguments: str) -> None:
    path = os.pathsep.join([str(folder), str(ROOT / "src")])
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "DJANGO_SETTINGS_MODULE": "settings"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _write(folder: Path, chapter: Chapter) -> None:
    for name in ("shop/__init__.py", "shop/tests/__init__.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    for name, text in chapter.files.items():
        # Settings of the page come after those that every project has.
        head = _SETTINGS if name == "settings.py" else ""
        (folder / name).write_text(head + text, encoding="utf-8")
    (folder / "session.txt").write_text("\n".join(chapter.session), encoding="utf-8")
    if not (folder / "settings.py").exists():
        (folder / "settings.py").write_text(_SETTINGS, encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_examples_of_the_page_run(page: str, tmp_path: Path) -> None:
    chapters = _chapters(page)

    assert chapters[0].files
    for number, chapter in enumerate(chapters):
        folder = tmp_path / str(number)
        folder.mkdir()
        _write(folder, chapter)
        _python(folder, "-c", _RUN)
        tests = [name for name in chapter.files if name.startswith("shop/tests/")]
        if "conftest.py" in chapter.files:
            _python(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests)
        elif tests:
            _python(folder, "-m", "django", "test", "-v", "0")
