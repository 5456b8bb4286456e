"""The source of the library, read without running it, for tests about its shape."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import django_reckon

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["PACKAGE", "ROOT", "Import", "Module", "modules"]

PACKAGE: Final = "django_reckon"
ROOT: Final = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Import:
    """One import of one of our own modules."""

    target: str
    line: int
    is_at_top: bool


@dataclass(frozen=True, slots=True)
class Module:
    """One file of the library."""

    name: str
    path: Path
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """Return the first name below the package; empty for the package itself."""
        return self.name.removeprefix(PACKAGE).lstrip(".").partition(".")[0]

    def imports(self) -> list[Import]:
        """Return the imports of our own modules, those for the type checker too."""
        return [
            Import(target, statement.lineno, is_at_top)
            for statement, is_at_top in _import_statements(self.tree, is_at_top=True)
            for target in self._targets(statement)
            if target == PACKAGE or target.startswith(f"{PACKAGE}.")
        ]

    def _targets(self, statement: ast.Import | ast.ImportFrom) -> Iterator[str]:
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)
            return
        base = self._base(statement)
        for alias in statement.names:
            # "from package import module" names the module, not the package.
            member = f"{base}.{alias.name}"
            yield member if member in _names() else base

    def _base(self, statement: ast.ImportFrom) -> str:
        """Return the absolute name of what follows "from"."""
        if not statement.level:
            return statement.module or ""
        parts = self.name.split(".")
        is_package = self.path.name == "__init__.py"
        kept = parts[: len(parts) - statement.level + is_package]
        return ".".join([*kept, statement.module] if statement.module else kept)


@cache
def modules() -> tuple[Module, ...]:
    """Return every module of the package under test, by name."""
    found = []
    for path in _files():
        text = path.read_text(encoding="utf-8")
        found.append(Module(_name(path), path, text, ast.parse(text, str(path))))
    return tuple(sorted(found, key=lambda module: module.name))


@cache
def _names() -> frozenset[str]:
    return frozenset(_name(path) for path in _files())


def _home() -> Path:
    assert django_reckon.__file__ is not None
    return Path(django_reckon.__file__).parent


def _files() -> Iterator[Path]:
    return _home().rglob("*.py")


def _name(path: Path) -> str:
    parts = path.relative_to(_home()).with_suffix("").parts
    if parts[-1] == "__init__":
        parts = parts[:-1]
    return ".".join((PACKAGE, *parts))


def _import_statements(
    node: ast.AST, *, is_at_top: bool
) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """Yield every import below a node, and whether it runs with its module."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, is_at_top
            continue
        opens_scope = isinstance(
            child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
        )
        yield from _import_statements(child, is_at_top=is_at_top and not opens_scope)
