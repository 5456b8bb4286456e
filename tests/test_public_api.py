"""Each public module lists in a sorted ``__all__`` what it offers, no more, no less."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

import pytest

from tests.source import PACKAGE, Module, modules

if TYPE_CHECKING:
    from collections.abc import Iterator

# What users import from; each has an __all__ as soon as it exists.
FACES: Final = frozenset(
    {
        "checks",
        "exceptions",
        "managers",
        "models",
        "mypy",
        "protocols",
        "signals",
        "testing",
    }
)
# Module furniture that nobody imports.
FURNITURE: Final = frozenset({"app_name", "logger"})


def _declared(module: Module) -> list[str] | None:
    """Return ``__all__`` as written; None when there is none."""
    for node in module.tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [target.id for target in targets if isinstance(target, ast.Name)]
            if names == ["__all__"] and node.value is not None:
                return [str(name) for name in ast.literal_eval(node.value)]
    return None


def _defined(module: Module) -> Iterator[str]:
    """Yield the public names that a module's own statements bind."""
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (name.id for name in node.targets if isinstance(name, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def _reexportable(module: Module) -> Iterator[str]:
    """Yield the names that a module imports from our own package."""
    for node in module.tree.body:
        if isinstance(node, ast.ImportFrom):
            is_ours = node.level or (node.module or "").startswith(PACKAGE)
            yield from (a.asname or a.name for a in node.names if is_ours)


def _order(name: str) -> tuple[int, str]:
    """Return the sort key ruff enforces: CONSTANTS, Classes, functions."""
    if name.isupper():
        return 0, name
    return (1 if name[0].isupper() else 2), name


PUBLIC: Final = [
    module
    for module in modules()
    if module.name.count(".") <= 1
    and (module.room in FACES or _declared(module) is not None)
]
each_face = pytest.mark.parametrize("module", PUBLIC, ids=lambda m: m.name)


@each_face
def test_all_is_sorted(module: Module) -> None:
    declared = _declared(module)

    assert declared is not None, f"{module.name} defines no __all__"
    assert declared == sorted(declared, key=_order)
    assert len(declared) == len(set(declared))


@each_face
def test_all_is_what_the_module_offers(module: Module) -> None:
    declared = set(_declared(module) or ())
    bound = set(_defined(module))
    public = {name for name in bound if not name.startswith("_")} - FURNITURE

    # Dunder names and what comes from a room below are offered if __all__ says so.
    optional = {name for name in bound if name.startswith("__")}
    optional |= set(_reexportable(module))

    assert public <= declared, "defined, but not in __all__"
    assert declared <= public | optional, "in __all__, but not ours to offer"
