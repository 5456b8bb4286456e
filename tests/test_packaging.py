"""What we publish holds what users need, and only that."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.source import PACKAGE, ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.once, pytest.mark.slow]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Build the wheel and return the names in it."""
    pytest.importorskip("build", reason="The package 'build' is not installed.")
    target: Path = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(target)]

    built = subprocess.run([*command, str(ROOT)], capture_output=True, text=True)

    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = target.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


def test_wheel_is_typed(wheel: list[str]) -> None:
    assert f"{PACKAGE}/py.typed" in wheel


def test_wheel_holds_every_file_of_the_package(wheel: list[str]) -> None:
    home = ROOT / "src"
    source = {
        path.relative_to(home).as_posix()
        for path in (home / PACKAGE).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }

    assert f"{PACKAGE}/migrations/0001_initial.py" in source
    assert source - set(wheel) == set()


def test_wheel_holds_nothing_else(wheel: list[str]) -> None:
    tops = {name.partition("/")[0] for name in wheel}

    assert {top for top in tops if not top.endswith(".dist-info")} == {PACKAGE}
