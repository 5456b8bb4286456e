"""Django's models as they run, which django-stubs has loaded into mypy's process."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist

from django_reckon._mypy import fullnames
from django_reckon._mypy.relations import in_daemon, relations

# Any, here and below: models and their fields are looked at as they are, and what a
# broken declaration has left of them may be anything.
RuntimeModel: TypeAlias = Any
RuntimeField: TypeAlias = Any


class Runtime:
    """All models of the project, once Django has them."""

    def __init__(self) -> None:
        """Note the time: what was edited later is not what was loaded."""
        self._born = time.time()
        self._by_name: dict[str, list[RuntimeModel]] = {}
        self._by_module: dict[str, list[RuntimeModel]] = {}
        self._modules: set[str] = set()

    def named(self, fullname: str) -> Sequence[RuntimeModel]:
        """Return the model of that name; for an abstract one, those made from it."""
        return self._models().get(fullname, [])

    def in_module(self, module: str) -> Sequence[RuntimeModel]:
        """Return the models that have a module's computed fields, and its own."""
        self._models()
        return self._by_module.get(module, [])

    def is_outdated(self, module: str) -> bool:
        """Tell whether a file was edited since Django read it, as under a daemon."""
        if not in_daemon():
            return False
        file = getattr(sys.modules.get(module), "__file__", None)
        if file is None:
            return False
        try:
            return Path(file).stat().st_mtime > self._born
        except OSError:
            return True

    def _models(self) -> dict[str, list[RuntimeModel]]:
        if not self._by_name and apps.models_ready:
            for model in apps.get_models(include_auto_created=True):
                for base in model.__mro__:
                    meta = getattr(base, "_meta", None)
                    if meta is not None and (base is model or meta.abstract):
                        self._add(base, model)
            relations.note(self._modules)
        return self._by_name

    def _add(self, base: RuntimeModel, model: RuntimeModel) -> None:
        self._by_name.setdefault(fullname_of(base), []).append(model)
        self._modules.add(base.__module__)
        # A base without such fields has no share in the rules of its children.
        if base is model or any(computed_fields(base)):
            several = self._by_module.setdefault(base.__module__, [])
            if model not in several:
                several.append(model)


def fullname_of(model: RuntimeModel) -> str:
    """Return a model's name as mypy has it."""
    return f"{model.__module__}.{model.__qualname__}"


def member(model: RuntimeModel, name: str) -> RuntimeField | None:
    """Return the field or relation of that name, be it a field's or an attribute's."""
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        pass
    for relation in model._meta.related_objects:
        if relation.get_accessor_name() == name:
            return relation
    return None


def member_names(model: RuntimeModel) -> Iterator[str]:
    """Yield the names that rules can use."""
    for each in (*model._meta.get_fields(), *model._meta.private_fields):
        accessor = getattr(each, "get_accessor_name", None)
        if accessor is None:
            yield each.name
        elif name := accessor():
            yield name


def declared_rules(field: RuntimeField) -> list[tuple[str, list[str]]] | None:
    """Return the rules of a computed field; None where they are not of that shape."""
    declaration = getattr(field, fullnames.DECLARATION_ATTRIBUTE, None)
    depends = getattr(declaration, "depends", None)
    if not isinstance(depends, list | tuple):
        return None
    rules: list[tuple[str, list[str]]] = []
    for rule in depends:
        match rule:
            case [str(path), [*names]] if all(isinstance(n, str) for n in names):
                rules.append((path, list(names)))
            case _:
                return None
    return rules


def problems_of(models: Sequence[RuntimeModel]) -> Iterator[tuple[str, str]]:
    """Yield what the system checks refuse on models: field, message."""
    # By name: the library is loaded if Django has models of it, else nothing is wrong.
    module = sys.modules.get(fullnames.REGISTRY_MODULE)
    registry = getattr(module, "registry", None)
    for problem in getattr(registry, "problems", ()):
        if problem.model in models:
            yield problem.name, str(problem.error)


def computed_fields(model: RuntimeModel) -> Iterator[RuntimeField]:
    """Yield a model's computed fields, those of parents' tables not included."""
    for field in model._meta.local_fields:
        if hasattr(field, fullnames.DECLARATION_ATTRIBUTE):
            yield field
