"""A small project of two hops, written anew for each test, and mypy's ways to run."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.typing.checkers import run

_SETTINGS: Final = """
    SECRET_KEY = "x"
    INSTALLED_APPS = ["django.contrib.contenttypes", "django_reckon", {apps}]
    DATABASES = {{
        "default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
    }}
    DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
    USE_TZ = True
    """
_INI: Final = """
    [mypy]
    strict = True
    sqlite_cache = False
    mypy_path = $MYPY_CONFIG_FILE_DIR
    plugins = {plugins}

    [mypy.plugins.django-stubs]
    django_settings_module = settings
    """
PLUGINS: Final = "mypy_django_plugin.main, django_reckon.mypy"

# Far, near, and what is computed from them: two hops from the first to the last.
MODELS: Final = {
    "far": """
        from django.db import models

        class Country(models.Model):
            code = models.CharField(max_length=2)
            size = models.IntegerField()
        """,
    "near": """
        from django.db import models

        class City(models.Model):
            name = models.CharField(max_length=9)
            country = models.ForeignKey(
                "far.Country", models.CASCADE, related_name="cities"
            )
        """,
    "shop": """
        from django.db import models
        from django_reckon.models import ComputedFieldsModel, computed

        class Shop(ComputedFieldsModel):
            city = models.ForeignKey(
                "near.City", models.CASCADE, related_name="shops"
            )

            @computed(
                models.CharField(max_length=2),
                depends=[("city.country", ["code"]), ("city", ["name"])],
            )
            def place(self) -> str:
                return self.city.country.code + self.city.name
        """,
}


@dataclass(frozen=True, slots=True)
class Project:
    """
    A project in a folder.

    Attributes:
        folder: Where it is.
    """

    folder: Path

    def write(
        self,
        models: dict[str, str],
        *,
        plugins: str = PLUGINS,
    ) -> None:
        """Write all of it: the models of each app, by the app's name."""
        apps = ", ".join(f'"{app}"' for app in models)
        settings = _SETTINGS.format(apps=apps)
        self.put("settings.py", settings)
        self.put("mypy.ini", _INI.format(plugins=plugins))
        for app, text in models.items():
            (self.folder / app).mkdir(exist_ok=True)
            self.put(f"{app}/__init__.py", "")
            self.put(f"{app}/models.py", text)

    def edit(self, app: str, old: str, new: str) -> None:
        """Change an app's models, as a user would some time later."""
        path = self.folder / app / "models.py"
        text = path.read_text("utf-8")
        assert old in text, f"{app} has no {old!r}."
        path.write_text(text.replace(old, new), encoding="utf-8")
        # Later than what a daemon loaded, on file systems with coarse clocks as well.
        later = time.time() + 2
        os.utime(path, (later, later))

    def mypy(self, *options: str) -> list[str]:
        """Return what one run of mypy says, in the order of the lines."""
        command = (sys.executable, "-m", "mypy", *options, ".")
        return _lines(run(self.folder, *command).stdout)

    def prime(self) -> None:
        """Let mypy know all but the project itself, which takes most of its time."""
        imports = "import django_reckon.managers, django_reckon.models"
        options = ("--cache-dir", "primed", "-c", imports)
        run(self.folder, sys.executable, "-m", "mypy", *options)
        found = list(self.folder.glob("primed/*/shop/models.*"))
        assert found == [], "The project's own models are to be new to it."

    def fresh(self, *options: str) -> list[str]:
        """Return what a run says that knows nothing of the project."""
        cache = self.folder / "fresh"
        shutil.rmtree(cache, ignore_errors=True)
        shutil.copytree(self.folder / "primed", cache)
        return self.mypy("--cache-dir", "fresh", *options)

    def daemon(self, command: str, *options: str) -> list[str]:
        """Return what the daemon says."""
        status = ("--status-file", str(self.folder / "daemon.json"))
        dmypy = (sys.executable, "-m", "mypy.dmypy", *status, command)
        return _lines(run(self.folder, *dmypy, *options).stdout)

    def stop_daemon(self) -> None:
        """End the daemon, if there is one."""
        if (self.folder / "daemon.json").exists():
            self.daemon("kill")

    def put(self, name: str, text: str) -> None:
        """Write a file of that text, less its indent."""
        path = self.folder / name
        path.write_text(textwrap.dedent(text).strip() + "\n", encoding="utf-8")


def _lines(output: str) -> list[str]:
    return sorted(line for line in output.splitlines() if ": error: " in line)
