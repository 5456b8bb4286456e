"""The house keeps its shape: floors, no cycles, short files, short functions."""

from __future__ import annotations

import ast
import sys
from graphlib import CycleError, TopologicalSorter
from typing import Final

import pytest

from tests.source import PACKAGE, Module, modules

FLOORS: Final = {
    "": 0,
    "exceptions": 0,
    "protocols": 0,
    "signals": 0,
    "conf": 1,
    "ground": 1,
    "changes": 2,
    "counts": 3,
    "computed": 3,
    "admin": 4,
    "apps": 4,
    "checks": 4,
    "management": 4,
    "managers": 4,
    "migrations": 4,
    "models": 4,
    "testing": 4,
}
# Each knows nothing of the other, although they share a floor.
WINGS: Final = frozenset({"counts", "computed"})
# Read by mypy without Django set up; names the library by dotted name only.
ANNEX: Final = frozenset({"_mypy", "mypy"})

# What the annex may import beside the standard library and itself: never models.
ANNEX_IMPORTS: Final = frozenset(
    {"django.apps", "django.core.exceptions", "mypy", "typing_extensions"}
)

MAX_FILE_LINES: Final = 400
MAX_FUNCTION_LINES: Final = 60


def _room(name: str) -> str:
    return name.removeprefix(PACKAGE).lstrip(".").partition(".")[0]


def _is_allowed(importer: str, imported: str) -> bool:
    """Return whether one room may import another."""
    if importer == imported:
        return True
    if importer in ANNEX or imported in ANNEX:
        return importer in ANNEX and imported in ANNEX
    if {importer, imported} == WINGS:
        return False
    return FLOORS[imported] <= FLOORS[importer]


each_module = pytest.mark.parametrize("module", modules(), ids=lambda m: m.name)


@each_module
def test_room_has_a_floor(module: Module) -> None:
    assert module.room in FLOORS.keys() | ANNEX


@each_module
def test_imports_go_down_only(module: Module) -> None:
    wrong = [
        f"line {found.line}: {module.name} imports {found.target}"
        for found in module.imports()
        if not _is_allowed(module.room, _room(found.target))
    ]

    assert wrong == []


@each_module
def test_own_modules_are_imported_at_the_top(module: Module) -> None:
    wrong = [
        f"line {found.line}: {found.target} is imported inside a function or class"
        for found in module.imports()
        if not found.is_at_top
    ]

    assert wrong == []


@each_module
def test_registry_of_apps_comes_from_its_own_room(module: Module) -> None:
    """Else mypy takes the whole library to depend on the models of its users."""
    wrong = [
        f"line {node.lineno}: imports django.apps"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom)
        and node.module is not None
        and node.module.split(".")[:2] == ["django", "apps"]
    ]

    # Django itself loads the one, mypy never checks the other with a project.
    assert wrong == [] or module.name == f"{PACKAGE}.apps" or module.room in ANNEX


@pytest.mark.parametrize(
    "module", [m for m in modules() if m.room in ANNEX], ids=lambda m: m.name
)
def test_annex_imports_no_models(module: Module) -> None:
    """Else it could not stand before django-stubs' plugin, which sets Django up."""
    imported = {
        node.module or ""
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom)
    } | {
        alias.name
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    foreign = {
        name
        for name in imported
        if name.partition(".")[0] not in {PACKAGE, *sys.stdlib_module_names}
    }

    assert {
        name
        for name in foreign
        if name not in ANNEX_IMPORTS and name.partition(".")[0] not in ANNEX_IMPORTS
    } == set()


def test_modules_form_no_cycle() -> None:
    graph = {
        module.name: {found.target for found in module.imports()} - {module.name}
        for module in modules()
    }

    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        # graphlib lists each before the one that imports it.
        pytest.fail(" imports ".join(reversed(error.args[1])))


@each_module
def test_nothing_prints(module: Module) -> None:
    wrong = [
        f"line {node.lineno}: print()"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]

    assert wrong == []


@each_module
def test_file_is_short(module: Module) -> None:
    assert len(module.text.splitlines()) <= MAX_FILE_LINES


@each_module
def test_functions_are_short(module: Module) -> None:
    lengths = {
        node.name: (node.end_lineno or node.lineno) - node.lineno + 1
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    wrong = {name: n for name, n in lengths.items() if n > MAX_FUNCTION_LINES}

    assert wrong == {}


@pytest.mark.parametrize(
    ("importer", "imported", "allowed"),
    [
        ("counts", "ground", True),
        ("ground", "counts", False),
        ("counts", "computed", False),
        ("computed", "counts", False),
        ("admin", "models", True),
        ("mypy", "_mypy", True),
        ("mypy", "models", False),
        ("models", "mypy", False),
    ],
)
def test_floors_say_who_may_import_whom(
    importer: str, imported: str, *, allowed: bool
) -> None:
    assert _is_allowed(importer, imported) is allowed
