"""
What the sample says that checkers must find in it.

Comments such as ``# E: plugin, mypy [misc] text`` stand above the line that they are
about: which checkers, the code, and a part of the message if that matters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.typing.checkers import SAMPLE, Finding, by_name

_EXPECTED: Final = re.compile(r"\s*# E: ([\w, ]+) \[([\w-]+)\] ?(.*)$")


@dataclass(frozen=True, slots=True)
class Expectation:
    """
    One error that checkers must find.

    Attributes:
        file: Relative to the sample.
        line: Where.
        checkers: Which must; all others must not.
        code: The error's code.
        text: What the message has to contain.
    """

    file: str
    line: int
    checkers: frozenset[str]
    code: str
    text: str

    def is_met_by(self, finding: Finding) -> bool:
        """Tell whether that is it."""
        here = (self.file, self.line, self.code)
        found = (finding.file, finding.line, finding.code)
        return here == found and self.text in finding.text


def sample_files() -> Iterator[Path]:
    """Yield the files of the sample that hold expectations."""
    for path in sorted(SAMPLE.rglob("*.py")):
        if path.name != "reveals.py":
            yield path


def expectations(checker: str) -> list[Expectation]:
    """Return what one checker must find."""
    return [
        each
        for path in sample_files()
        for each in _in_file(path)
        if checker in each.checkers
    ]


def _in_file(path: Path) -> Iterator[Expectation]:
    waiting: list[tuple[str, str, str]] = []
    name = path.relative_to(SAMPLE).as_posix()
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        found = _EXPECTED.match(line)
        if found is not None:
            waiting.append((found[1], found[2], found[3]))
        elif not line.lstrip().startswith("#"):
            for who, code, text in waiting:
                checkers = frozenset(who.split(", "))
                assert checkers <= by_name().keys(), f"{name}:{number}: {who}"
                yield Expectation(name, number, checkers, code, text)
            waiting.clear()
