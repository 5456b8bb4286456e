"""
What each checker reveals of the sample, as a page: ``python -m tests.typing.reveals``.

The rows are those of ``sample/shop/reveals.py``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from tests.source import ROOT
from tests.typing.checkers import CHECKERS, SAMPLE, Finding, findings

PAGE: Final = ROOT / "docs" / "reference" / "types.md"
FILE: Final = "shop/reveals.py"

_ROW: Final = re.compile(r"# ([^:]+): (.+)$")
_LIMIT: Final = re.compile(r"# limit ([\w, ]+): (.+)$")
_CALL: Final = re.compile(r"reveal_type\((.*)\)$")
_MODULES: Final = re.compile(r"\b(?:\w+\.)+(?=\w)")
_HEADINGS: Final = {"plugin": "mypy + plugin"}

_HEAD: Final = """\
# What type checkers say

<!-- Written by `python -m tests.typing.reveals`; do not edit. -->

The type of a computed field comes from its function, so every checker has it without
a plugin. Below stands what each reveals of models with django-stubs, at the versions
that the extra `checkers` pins. Numbers lead to what a checker falls short of, and to
what it says about the same in plain Django.

"""


@dataclass(slots=True)
class Row:
    """
    One case.

    Attributes:
        name: What it is about.
        right: The type that it must be; dots stand for anything.
        line: Where ours is revealed.
        expression: What is revealed there.
        twin_line: Where the same of plain Django is revealed.
        limits: checker -> why it says something else.
    """

    name: str
    right: str
    line: int = 0
    expression: str = ""
    twin_line: int = 0
    limits: dict[str, str] = field(default_factory=dict)

    def is_right(self, revealed: str, twin: str) -> bool:
        """Tell whether a type is right; of a class, that of the plain field is."""
        pattern = re.escape(self.right).replace(re.escape("..."), ".*")
        is_plain = "Accessor" in self.right and "Any" not in twin and revealed == twin
        return is_plain or bool(re.fullmatch(pattern, revealed))


def rows() -> list[Row]:
    """Return the cases, as the sample has them."""
    found: list[Row] = []
    lines = (SAMPLE / FILE).read_text("utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        if limit := _LIMIT.match(line):
            found[-1].limits |= dict.fromkeys(limit[1].split(", "), limit[2])
        elif row := _ROW.match(line):
            found.append(Row(row[1], row[2]))
        elif call := _CALL.match(line):
            if found[-1].line:
                found[-1].twin_line = number
            else:
                found[-1].line, found[-1].expression = number, call[1]
    return found


def revealed(found: Iterable[Finding]) -> dict[int, str]:
    """Return the types of the lines of the sample's reveals, spelt alike."""
    types: dict[int, str] = {}
    for each in found:
        if each.file == FILE and not each.code:
            types[each.line] = _spelt(each.text)
    for each in found:
        if each.file == FILE and each.code:
            types[each.line] = f"error: {each.code}"
    return types


def page(found: Mapping[str, Mapping[int, str]]) -> str:
    """Return the page; takes what revealed() returned, by checker."""
    names = list(found)
    notes: list[str] = []
    table = [
        "| case | " + " | ".join(_HEADINGS.get(name, name) for name in names) + " |",
        "|---" * (len(names) + 1) + "|",
    ]
    for row in rows():
        cells = []
        for name in names:
            cell = f"`{found[name].get(row.line, '')}`".replace("|", "\\|")
            if name in row.limits:
                note = _note(row, name, found[name])
                if note not in notes:
                    notes.append(note)
                cell += f" [{notes.index(note) + 1}](#limits)"
            cells.append(cell)
        table.append(f"| {row.name} | " + " | ".join(cells) + " |")
    numbered = [f"{number}. {note}" for number, note in enumerate(notes, start=1)]
    return _HEAD + "\n".join([*table, "", "## Limits", "", *numbered, ""])


def main() -> int:
    """Run all checkers and write the page."""
    for checker in CHECKERS:
        if reason := checker.obstacle():
            sys.stderr.write(f"{reason}\n")
            return 1
    found = {checker.name: revealed(findings(checker)) for checker in CHECKERS}
    PAGE.write_text(page(found), encoding="utf-8")
    return 0


def _note(row: Row, checker: str, types: Mapping[int, str]) -> str:
    """Return why a cell is not right, and how plain Django fares."""
    ours = types[row.line].replace("FastCountQuerySet", "QuerySet")
    twin = types[row.twin_line]
    plain = "the same" if ours == twin else f"`{twin}`"
    return f"{row.limits[checker]}. Plain Django: {plain}."


def _spelt(text: str) -> str:
    """Return a type without modules, its None last."""
    text = _MODULES.sub("", text.strip())
    parts = text.split(" | ")
    if "None" in parts and "[" not in text:
        parts.remove("None")
        return " | ".join([*parts, "None"])
    return text


if __name__ == "__main__":
    sys.exit(main())
