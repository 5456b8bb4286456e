"""The interpreters of all sides; peers get virtual environments of their own."""

from __future__ import annotations

import subprocess
import sys
import venv
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Final

from benchmarks.counting.setup import Side
from benchmarks.counting.workers import ROOT

# Of the same version for all sides, the one that runs here.
SHARED: Final = {"Django": "Django", "psycopg": "psycopg[binary]", "redis": "redis"}


class NoEnvironmentError(RuntimeError):
    """A peer cannot be had here."""


def missing_packages() -> list[str]:
    """Return what this interpreter lacks to measure anything."""
    return [name for name in SHARED if _version(name) is None]


def versions() -> dict[str, str]:
    """Return the versions that all sides share."""
    found = {name: _version(name) or "" for name in SHARED}
    return {"python": sys.version.split()[0], **found}


def interpreter(side: Side, say: Callable[[str], None]) -> Path:
    """
    Return the Python that has the side's library.

    It is made the first time, and anew when another Python or Django is in use.

    Raises:
        NoEnvironmentError: pip cannot install the library beside our Django.

    Cost:
        Half a minute and a download, the first time.
    """
    if side.requirement is None:
        return Path(sys.executable)
    place = ROOT / ".venvs" / f"bench-{side.name}"
    python = place / "bin" / "python"
    wanted = _requirements(side.requirement)
    stamp = place / "bench-requirements.txt"
    recipe = "\n".join([sys.version, *wanted])
    if not stamp.exists() or stamp.read_text() != recipe:
        say(f"Making {place.relative_to(ROOT)} with {side.requirement} ...")
        venv.create(place, clear=True, with_pip=True)
        _install(python, side, wanted)
        stamp.write_text(recipe)
    return python


def _requirements(requirement: str) -> list[str]:
    shared = [f"{SHARED[name]}=={_version(name)}" for name in SHARED]
    return [requirement, *shared]


def _install(python: Path, side: Side, requirements: list[str]) -> None:
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    done = subprocess.run(
        [*pip, "install", "--quiet", *requirements],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if "ERROR" in line]
        reason = errors[0] if errors else f"pip ended with status {done.returncode}"
        raise NoEnvironmentError(
            f"pip cannot install {side.requirement} beside {requirements[1]}: {reason}"
        )


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
