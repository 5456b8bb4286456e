"""
What mypy must know to trust its caches.

A check of one module looks at the models that its rules lead to, which other modules
define; and which these are, only Django knows.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from mypy.nodes import AssignmentStmt, CallExpr, ClassDef, Decorator, RefExpr

from django_reckon._mypy import fullnames
from django_reckon._mypy.depending import segments
from django_reckon._mypy.relations import relations
from django_reckon._mypy.rules import written_rules
from django_reckon._mypy.runtime import (
    Runtime,
    RuntimeModel,
    computed_fields,
    declared_rules,
    fullname_of,
    member,
    problems_of,
)


class Caching:
    """Tells what the checks of a module rest on."""

    def __init__(self, runtime: Runtime) -> None:
        """Take Django's models."""
        self._runtime = runtime
        self._shapes: dict[RuntimeModel, list[str]] = {}

    def modules(self, module: str) -> list[str]:
        """Return the modules of all models that a module's rules lead over."""
        return sorted({m.__module__ for m in self._models_of(module)} - {module})

    def config(self, module: str) -> dict[str, Any]:
        """Return what makes a cached result invalid as soon as it is another; JSON."""
        rules = [
            [fullname_of(model), field.name, declared_rules(field)]
            for model in self._runtime.in_module(module)
            for field in computed_fields(model)
        ]
        problems = sorted(problems_of(self._runtime.in_module(module)))
        if not rules and not problems:
            return {}
        concerned = {
            *self._models_of(module),
            *(m for m in self._runtime.in_module(module)),
        }
        shapes = {fullname_of(each): self._shape(each) for each in concerned}
        return {"rules": rules, "models": shapes, "problems": problems}

    def triggers(self, definition: ClassDef) -> list[str]:
        """Return the models that the rules in a class lead over, as it is now."""
        found = set()
        for model in self._runtime.named(definition.fullname):
            paths = [
                *(path for path, _ in _rules_of(model)),
                *(
                    rule.path
                    for call in _calls(definition)
                    for rule in written_rules(call) or ()
                ),
            ]
            for path in paths:
                found |= {fullname_of(each) for each in _along(model, path)}
        return sorted(found - {definition.fullname})

    def _models_of(self, module: str) -> set[RuntimeModel]:
        return {
            each
            for model in self._runtime.in_module(module)
            for path, _ in _rules_of(model)
            for each in _along(model, path)
        }

    def _shape(self, model: RuntimeModel) -> list[str]:
        """Return the names of a model with what they are."""
        known = self._shapes.get(model)
        if known is None:
            known = self._shapes[model] = sorted(_described(model))
        return known


def version() -> str:
    """Return what changes when the plugin does, or when a daemon is to start again."""
    return f"{_released()} {relations.changes()}".rstrip()


@cache
def _released() -> str:
    try:
        released = importlib.metadata.version(fullnames.DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        released = ""
    digest = hashlib.sha256(usedforsecurity=False)
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return f"{released} {digest.hexdigest()[:16]}"


def _rules_of(model: RuntimeModel) -> Iterator[tuple[str, list[str]]]:
    for field in computed_fields(model):
        yield from declared_rules(field) or ()


def _along(model: RuntimeModel, path: str) -> Iterator[RuntimeModel]:
    """Yield the models that a path leads over, as far as it leads."""
    for name in segments(path):
        relation = member(model, name)
        model = getattr(relation, "related_model", None)
        if not isinstance(model, type):
            return
        yield model


def _described(model: RuntimeModel) -> Iterator[str]:
    for each in (*model._meta.get_fields(), *model._meta.private_fields):
        accessor = getattr(each, "get_accessor_name", None)
        name = accessor() if accessor is not None else each.name
        related = each.related_model if each.is_relation else None
        target = fullname_of(related) if isinstance(related, type) else related
        yield f"{name} {each.name} {type(each).__name__} {each.concrete} {target}"


def _calls(definition: ClassDef) -> Iterator[CallExpr]:
    """Yield calls in a class that may declare computed fields."""
    for statement in definition.defs.body:
        found: Iterable[object] = ()
        if isinstance(statement, Decorator):
            found = statement.original_decorators
        elif isinstance(statement, AssignmentStmt):
            found = [statement.rvalue]
        for each in found:
            if isinstance(each, CallExpr) and isinstance(each.callee, RefExpr):
                yield each
