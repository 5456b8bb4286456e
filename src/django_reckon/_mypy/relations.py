"""
Whether the files of models still declare the relations that Django has loaded.

Django reads them once, and django-stubs goes by that. A daemon therefore knows no later
relation; but it starts again if a plugin has another version, so that is what we give.
"""

from __future__ import annotations

import ast
import hashlib
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

# In the process of a daemon, and in no other.
_DAEMON: Final = "mypy.dmypy_server"
_RELATION: Final = re.compile(r"Foreign|OneToOne|ManyToMany|GenericRelation")


class Relations:
    """Remembers what files declared; one for a process."""

    def __init__(self) -> None:
        """Begin with no file."""
        self._noted: dict[Path, str] = {}

    def note(self, modules: Iterable[str]) -> None:
        """Remember the relations in the files of modules, which were read just now."""
        if not in_daemon():
            return
        for module in modules:
            file = getattr(sys.modules.get(module), "__file__", None)
            if file is not None:
                self._noted.setdefault(Path(file), _declared(Path(file)))

    def changes(self) -> str:
        """Return a digest of what is declared otherwise by now; empty for nothing."""
        changed = [
            f"{path} {now}"
            for path, then in self._noted.items()
            if (now := _declared(path)) != then
        ]
        return _digest("\n".join(changed)) if changed else ""


def in_daemon() -> bool:
    """Tell whether this process outlives edits; a single run does not."""
    return _DAEMON in sys.modules


def _declared(path: Path) -> str:
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return ""
    return _digest("\n".join(_lines(tree)))


def _lines(tree: ast.Module) -> Iterator[str]:
    for each in ast.walk(tree):
        if isinstance(each, ast.ClassDef):
            yield f"{each.name} {[ast.dump(base) for base in each.bases]}"
            for statement in each.body:
                for made in _made_by(statement):
                    text = ast.dump(made)
                    if _RELATION.search(text):
                        yield text


def _made_by(statement: ast.stmt) -> list[ast.AST]:
    """Return what may make a field in a statement of a class."""
    if isinstance(statement, ast.FunctionDef):
        return [ast.Name(statement.name), *statement.decorator_list]
    return [statement] if isinstance(statement, ast.Assign | ast.AnnAssign) else []


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(), usedforsecurity=False).hexdigest()[:16]


relations: Final = Relations()
