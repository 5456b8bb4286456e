"""Django's tests, which only its source archive holds."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Final

import django

from tests.source import ROOT

__all__ = ["CACHE", "fetch_packages", "fetch_tests"]

CACHE: Final = ROOT / ".cache"
# Carries tracebacks from one process to another, without which a failing test in a
# parallel run stops the run; and what the tests of YAML fixtures read with.
_PACKAGES: Final = ("tblib>=3", "PyYAML>=6")

_PIP: Final = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input")


def fetch_tests() -> Path:
    """
    Return the folder of the tests of the very Django that is installed.

    Cost:
        The first time a download of 10 MB; pip asks the archive for its metadata,
        for which it makes an environment with setuptools.
    """
    version = django.get_version()
    home = CACHE / f"django-{version}"
    if not home.exists():
        CACHE.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as place:
            _download(version, place)
            (archive,) = Path(place).glob("*.tar.gz")
            with tarfile.open(archive) as packed:
                packed.extractall(place, filter="data")
            (unpacked,) = (path for path in Path(place).iterdir() if path.is_dir())
            unpacked.rename(home)
    return home / "tests"


def fetch_packages() -> Path:
    """Return a folder with what Django's tests import, for this interpreter."""
    home = CACHE / f"packages-{sys.version_info.major}.{sys.version_info.minor}"
    if not home.exists():
        CACHE.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as place:
            target = Path(place) / "packages"
            _quietly("install", "--target", str(target), *_PACKAGES)
            target.rename(home)
    return home


def _download(version: str, place: str) -> None:
    options = ("--no-deps", "--no-binary", "django", "--dest", place)
    _quietly("download", *options, f"django=={version}")


def _quietly(*arguments: str) -> None:
    """Run pip and show what it said only if it fails."""
    done = subprocess.run(
        [*_PIP, *arguments], check=False, capture_output=True, text=True
    )
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        raise SystemExit(f"pip {arguments[0]} failed; see above.")
