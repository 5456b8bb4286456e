"""
Functions of a file, parsed by Python itself.

The visitors of mypy cannot be subclassed where mypy is compiled, as its wheels are.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from django_reckon._mypy.relations import in_daemon

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(slots=True)
class SourceFile:
    """
    What one file defines.

    Attributes:
        functions: By name, with the line of each.
        tree: The whole of it.
        helpers: Functions of the module itself, by name.
    """

    functions: dict[str, dict[int, Function]] = field(default_factory=dict)
    tree: ast.Module | None = None
    helpers: dict[str, Function] = field(default_factory=dict)

    def lambda_at(self, line: int, column: int) -> Function | None:
        """Return the lambda that begins at a place."""
        nodes = ast.walk(self.tree) if self.tree is not None else ()
        found = (each for each in nodes if isinstance(each, ast.Lambda))
        at = (line, column)
        return next((f for f in found if (f.lineno, f.col_offset) == at), None)

    def function(self, name: str, line: int) -> Function | None:
        """Return a function by its name and the line of its def."""
        several = self.functions.get(name, {})
        if line not in several and len(several) == 1:
            return next(iter(several.values()))
        return several.get(line)


class Sources:
    """Keeps the file that was read last, for functions of one file come together."""

    def __init__(self) -> None:
        """Begin without any."""
        self._kept: tuple[tuple[str, int, int], SourceFile] | None = None

    def file(self, path: str) -> SourceFile:
        """Return what a file defines; nothing where it cannot be read."""
        try:
            key = _state(path)
            if self._kept is None or self._kept[0] != key:
                self._kept = key, _parsed(Path(path).read_bytes())
        except (OSError, SyntaxError, ValueError):
            # mypy tells what is wrong with it.
            return SourceFile()
        return self._kept[1]


def _state(path: str) -> tuple[str, int, int]:
    """Return what changes when a file does, while this process may live on."""
    if not in_daemon():
        return path, 0, 0
    state = Path(path).stat()
    return path, state.st_mtime_ns, state.st_size


def _parsed(text: bytes) -> SourceFile:
    tree = ast.parse(text)
    found = SourceFile(tree=tree)
    waiting: list[ast.stmt] = list(tree.body)
    while waiting:
        # Statements alone: expressions are most of a tree, and hold no def.
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.functions.setdefault(node.name, {})[node.lineno] = node
        waiting += getattr(node, "body", [])
        waiting += getattr(node, "orelse", [])
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            found.helpers[statement.name] = statement
    return found
