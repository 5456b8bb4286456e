"""The type checkers under test, and what they find in the sample project."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import pytest

from tests import choices

HERE: Final = Path(__file__).parent
SAMPLE: Final = HERE / "sample"

_MYPY_LINE: Final = re.compile(
    r"(?P<file>[^:]+\.py):(?P<line>\d+): (?P<kind>error|note): (?P<text>.*?)"
    r"(?:  \[(?P<code>[\w-]+)\])?$"
)
_TY_LINE: Final = re.compile(
    r"\s*(?P<file>\S+\.py):(?P<line>\d+):\d+: \w+\[(?P<code>[\w-]+)\] (?P<text>.*)$"
)
_REVEALED: Final = re.compile(
    r"Revealed type is \"(.*)\"|Revealed type: `(.*)`|revealed type: (.*)"
    r"|Type of \".*\" is \"(.*)\"",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One thing that a checker says.

    Attributes:
        file: Relative to the sample.
        line: Where.
        code: The error's code; empty for a revealed type.
        text: The message, or the type.
    """

    file: str
    line: int
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Checker:
    """
    A type checker.

    Attributes:
        name: As expectations name it.
        module: The package that brings it.
        arguments: What it is run with, in the sample's folder.
        parse: Returns what its output says.
    """

    name: str
    module: str
    arguments: tuple[str, ...]
    parse: Callable[[str], Iterator[Finding]]

    def obstacle(self) -> str | None:
        """Return why it cannot run here; None if it can."""
        if find_spec(self.module) is None:
            return f"{self.name} is not installed: pip install -e '.[checkers]'"
        return None


def scripts() -> Path:
    """Return where the environment under test has its commands."""
    return Path(sys.executable).parent


def copy_sample(folder: Path) -> Path:
    """Return a copy of the sample, away from the settings of this repository."""
    ignored = shutil.ignore_patterns(".mypy_cache", "__pycache__")
    return Path(shutil.copytree(SAMPLE, folder / "sample", ignore=ignored))


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a checker in a project's folder; 0 and 1 are answers, all else fails."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    return done


def findings(checker: Checker) -> list[Finding]:
    """Return what a checker says of the sample; each runs once in a run of tests."""
    with tempfile.TemporaryDirectory() as scratch:
        return _findings(checker, Path(scratch))


def require(checker: Checker) -> None:
    """Skip a test whose checker is not installed; fail it where all must be."""
    reason = checker.obstacle()
    if reason is not None:
        if choices.in_ci():
            pytest.fail(reason)
        pytest.skip(reason)


def kept_findings(checker: Checker) -> list[Finding]:
    """Return the same, taken from another worker if one has been there."""
    require(checker)
    home = Path(tempfile.gettempdir()) / f"reckon-tests{choices.run_suffix()}"
    home.mkdir(exist_ok=True)
    kept = home / f"typing-{checker.name}.json"
    with (home / f"typing-{checker.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            found = [asdict(each) for each in findings(checker)]
            kept.write_text(json.dumps(found), encoding="utf-8")
    return [Finding(**each) for each in json.loads(kept.read_text("utf-8"))]


def mypy_findings(output: str) -> Iterator[Finding]:
    """Yield what mypy's output says."""
    for line in output.splitlines():
        found = _MYPY_LINE.match(line)
        if found is not None:
            is_note = found["kind"] == "note"
            if not is_note or "Revealed type" in line:
                code = "" if is_note else found["code"] or ""
                yield _finding(found["file"], found["line"], code, found["text"])


def _findings(checker: Checker, scratch: Path) -> list[Finding]:
    folder = copy_sample(scratch)
    places = {"python": sys.executable, "scripts": scripts(), "prefix": sys.prefix}
    command = [each.format(**places) for each in checker.arguments]
    found = list(checker.parse(run(folder, *command).stdout))
    assert found, f"{checker.name} said nothing that is understood."
    home = str(folder.resolve()) + os.sep
    return [
        Finding(each.file.removeprefix(home), each.line, each.code, each.text)
        for each in found
    ]


def _finding(file: str, line: str | int, code: str, text: str) -> Finding:
    revealed = _REVEALED.match(text)
    if revealed is not None:
        return Finding(file, int(line), "", next(filter(None, revealed.groups())))
    return Finding(file, int(line), code, text)


def _pyright_findings(output: str) -> Iterator[Finding]:
    # Any: it is JSON.
    reported: Iterable[Any] = json.loads(output)["generalDiagnostics"]
    for each in reported:
        line = each["range"]["start"]["line"] + 1
        if each["severity"] in {"error", "information"}:
            yield _finding(each["file"], line, each.get("rule", ""), each["message"])


def _ty_findings(output: str) -> Iterator[Finding]:
    for line in output.splitlines():
        found = _TY_LINE.match(line)
        if found is not None:
            yield _finding(found["file"], found["line"], found["code"], found["text"])


def _pyrefly_findings(output: str) -> Iterator[Finding]:
    # Any: it is JSON.
    reported: Iterable[Any] = json.loads(output)["errors"]
    for each in reported:
        if each["severity"] in {"error", "info"}:
            yield _finding(
                each["path"], each["line"], each["name"], each["description"]
            )


PLUGIN: Final = Checker(
    "plugin",
    "mypy",
    ("{python}", "-m", "mypy", "--config-file", "mypy.ini", "."),
    mypy_findings,
)
MYPY: Final = Checker(
    "mypy",
    "mypy",
    ("{python}", "-m", "mypy", "--config-file", "mypy_plain.ini", "."),
    mypy_findings,
)
CHECKERS: Final = (
    PLUGIN,
    MYPY,
    Checker(
        "pyright",
        "pyright",
        ("{scripts}/pyright", "--outputjson", "--pythonpath", "{python}"),
        _pyright_findings,
    ),
    Checker(
        "basedpyright",
        "basedpyright",
        ("{scripts}/basedpyright", "--outputjson", "--pythonpath", "{python}"),
        _pyright_findings,
    ),
    Checker(
        "ty",
        "ty",
        ("{scripts}/ty", "check", "--python", "{prefix}", "--output-format", "concise"),
        _ty_findings,
    ),
    Checker(
        "pyrefly",
        "pyrefly",
        (
            "{scripts}/pyrefly",
            "check",
            "--output-format",
            "json",
            "--python-interpreter-path",
            "{python}",
        ),
        _pyrefly_findings,
    ),
)


@cache
def by_name() -> dict[str, Checker]:
    """Return the checkers by their names."""
    return {checker.name: checker for checker in CHECKERS}
