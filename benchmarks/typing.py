"""
What the mypy plugin costs: `python -m benchmarks.typing [--runs 5] [--instructions]`.

A project of 200 models and 1,600 computed fields is made and checked without any cache,
in turn with django-stubs alone and with the plugin beside it. Ends with status 1 if the
plugin takes more than 10 % of a cold run, by the median of the pairs. With
--instructions valgrind counts those instead: ten minutes, exact on a busy machine.
"""

from __future__ import annotations

import sys
from pathlib import Path

# Started by its path, it would find typing among the files beside it.
sys.path.pop(0)
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import argparse
import os
import platform
import resource
import statistics
import subprocess
import tempfile
import time
from importlib.metadata import version
from typing import Final

from benchmarks.counted import VALGRIND, instructions

APPS: Final = 20
MODELS: Final = 10
FIELDS: Final = 8
LIMIT: Final = 0.10

_PLUGINS: Final = {
    "django-stubs": "mypy_django_plugin.main",
    "+ plugin": "mypy_django_plugin.main, django_reckon.mypy",
}
_SETTINGS: Final = """\
SECRET_KEY = "x"
INSTALLED_APPS = ["django.contrib.contenttypes", "django_reckon", {apps}]
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": "x"}}}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
"""
_INI: Final = """\
[mypy]
strict = True
mypy_path = $MYPY_CONFIG_FILE_DIR
plugins = {plugins}

[mypy.plugins.django-stubs]
django_settings_module = settings
"""
_HEAD: Final = """\
from __future__ import annotations

from decimal import Decimal

from django.db import models

from django_reckon.models import ComputedFieldsModel, computed
"""
_MODEL: Final = """

class M{app}x{number}(ComputedFieldsModel):
    name = models.CharField(max_length=32)
    size = models.IntegerField(default=0)
    price = models.DecimalField(max_digits=8, decimal_places=2)
    parent = models.ForeignKey(
        "{parent}", models.CASCADE, related_name="{related}", null=True
    )
"""
# Of each kind the same number; all are right.
_KINDS: Final = (
    """
    @computed(models.CharField(max_length=32), depends=[("self", ["name"])])
    def text{n}(self) -> str:
        return self.name.upper()
""",
    """
    @computed(models.IntegerField(), depends=[("self", ["size"])])
    def number{n}(self) -> int:
        return self.helper() // {n}2
""",
    """
    @computed(
        models.CharField(max_length=64, null=True),
        depends=[("self", ["name"]), ("parent", ["name"])],
    )
    def over{n}(self) -> str | None:
        parent = self.parent
        return f"{{self.name}} {{parent.name}}" if parent else None
""",
    """
    @computed(
        models.DecimalField(max_digits=8, decimal_places=2),
        depends=[("{children}", ["price", "size"])],
    )
    def sum{n}(self) -> Decimal:
        rows = self.{children}.filter(size__gt=0)
        return sum((row.price * row.size for row in rows), Decimal(0))
""",
)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.typing")
    parser.add_argument("--runs", type=int, default=5, help="of each, in turn")
    parser.add_argument("--instructions", action="store_true", help="count those")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        _write(folder)
        if options.instructions:
            return _report_instructions(folder)
        return _report(_measure(folder, options.runs))


def _measure(folder: Path, runs: int) -> dict[str, list[tuple[float, float]]]:
    """Return seconds of the processor and of the clock, for each way to run."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in _PLUGINS}
    for turn in range(runs + 1):
        # In turn, for a machine is not as fast at all times.
        for name, plugins in _PLUGINS.items():
            seconds = _timed(folder, plugins)
            # The first of each also compiles modules and fills the system's caches.
            if turn:
                found[name].append(seconds)
    return found


def _timed(folder: Path, plugins: str) -> tuple[float, float]:
    before, began = _processor_seconds(), time.perf_counter()
    _cold_run(folder, plugins)
    return _processor_seconds() - before, time.perf_counter() - began


def _cold_run(folder: Path, plugins: str, *before: str) -> str:
    """Run mypy, behind some other command perhaps; return its errors' stream."""
    ini = _INI.format(plugins=plugins)
    (folder / "mypy.ini").write_text(ini, encoding="utf-8")
    done = subprocess.run(
        [*before, sys.executable, "-m", "mypy", "--cache-dir", os.devnull, "."],
        cwd=folder,
        # Hashes of names decide how many steps a search in a dict takes.
        env=os.environ | {"PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return done.stderr


def _processor_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _report_instructions(folder: Path) -> int:
    _print_head()
    counted = []
    for name, plugins in _PLUGINS.items():
        counted.append(instructions(_cold_run(folder, plugins, *VALGRIND)))
        print(f"{name:14}{counted[-1] / 1e9:11.2f} thousand million instructions")
    share = counted[1] / counted[0] - 1
    print(f"\nThe plugin adds {share:.1%}.")
    return 0 if share <= LIMIT else 1


def _report(found: dict[str, list[tuple[float, float]]]) -> int:
    _print_head()
    print("Medians and the lowest, in seconds\n")
    print(f"{'':14}{'processor':>11}{'lowest':>9}{'clock':>9}")
    processor = [[each for each, _ in runs] for runs in found.values()]
    for (name, runs), seconds in zip(found.items(), processor, strict=True):
        clock = statistics.median(each for _, each in runs)
        print(f"{name:14}{statistics.median(seconds):11.2f}{min(seconds):9.2f}", end="")
        print(f"{clock:9.2f}")
    pairs = sorted(more / less - 1 for less, more in zip(*processor, strict=True))
    share = statistics.median(pairs)
    lowest = min(processor[1]) / min(processor[0]) - 1
    print(f"\nThe plugin adds {share:.1%} by the median of {len(pairs)} pairs, which")
    print(f"are {pairs[0]:.1%} to {pairs[-1]:.1%}; {lowest:.1%} of the lowest.")
    return 0 if share <= LIMIT else 1


def _print_head() -> None:
    fields = APPS * MODELS * FIELDS
    print(f"{APPS * MODELS} models, {fields:,} computed fields; cold runs of mypy")
    print(f"mypy {version('mypy')}, django-stubs {version('django-stubs')}, ", end="")
    print(f"Python {platform.python_version()}")


def _write(folder: Path) -> None:
    apps = ", ".join(f'"app{app}"' for app in range(APPS))
    settings = _SETTINGS.format(apps=apps)
    (folder / "settings.py").write_text(settings, encoding="utf-8")
    for app in range(APPS):
        home = folder / f"app{app}"
        home.mkdir()
        (home / "__init__.py").touch()
        models = "".join(_model(app, number) for number in range(MODELS))
        (home / "models.py").write_text(_HEAD + models, encoding="utf-8")


def _model(app: int, number: int) -> str:
    """Return a model whose parent is the one before it, over apps as well."""
    above = (app, number - 1) if number else ((app - 1) % APPS, MODELS - 1)
    text = _MODEL.format(
        app=app,
        number=number,
        parent=f"app{above[0]}.M{above[0]}x{above[1]}",
        related=f"children{above[0]}x{above[1]}",
    )
    children = f"children{app}x{number}"
    for place in range(FIELDS):
        kind = _KINDS[place % len(_KINDS)]
        text += kind.format(n=place, children=children).replace(" // 02", " // 2")
    return text + "\n    def helper(self) -> int:\n        return self.size\n"


if __name__ == "__main__":
    sys.exit(main())
