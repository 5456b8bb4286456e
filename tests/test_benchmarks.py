"""The benchmarks start; what they measure is theirs to check."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.source import ROOT

pytestmark = pytest.mark.once

PLACE = ROOT / "benchmarks"
NAMES = sorted(
    file.stem for file in PLACE.glob("*.py") if "def main(" in file.read_text("utf-8")
)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("how", ["path", "module"])
def test_a_benchmark_tells_its_options(name: str, how: str) -> None:
    named = (
        [str(PLACE / f"{name}.py")] if how == "path" else ["-m", f"benchmarks.{name}"]
    )
    done = subprocess.run(
        [sys.executable, *named, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "usage:" in done.stdout


def test_every_benchmark_is_known() -> None:
    assert NAMES == ["computed", "counts", "engines", "overhead", "typing"]
