"""Checks for writes that nobody sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import CodeType
from typing import Any, Final

from django.core.checks import CheckMessage
from django.db.models import Manager, Model

from django_reckon.changes.watch import watch_list
from django_reckon.checks.messages import message, models_of
from django_reckon.ground.installed import AppConfig
from django_reckon.ground.internals import database_action, queryset_class


def check_writes(
    app_configs: Sequence[AppConfig] | None, **_: object
) -> list[CheckMessage]:
    """Return what may write to watched tables without being seen."""
    models = [model for model in models_of(app_configs) if watch_list.of(model)]
    found = [each for model in models for each in _left_to_database(model)]
    told: set[str] = set()
    for model in models:
        for name in _own_ways(model):
            if name not in told:
                told.add(name)
                problem = f"{name}() writes by neither super() nor another ORM method."
                found.append(message("reckon.W002", problem, obj=model))
    return found


def _left_to_database(model: type[Model]) -> Iterator[CheckMessage]:
    """Name the relations whose rows the database itself deletes or changes."""
    for field in model._meta.local_concrete_fields:
        action = database_action(field)
        if action is not None:
            name = f"{model._meta.label}.{field.name}"
            problem = f"{name} leaves its rows to the database by {action}."
            yield message("reckon.W001", problem, obj=model)


# Through these a write is seen, so one may stand in for another, as in a soft delete.
_WRITING: Final = frozenset(
    {"update", "bulk_create", "bulk_update", "delete", "_raw_delete", "_insert"}
    | {"_update", "save", "create", "get_or_create", "update_or_create"}
)
_OVERRIDDEN: Final = (
    "update",
    "bulk_create",
    "bulk_update",
    "delete",
    "_raw_delete",
    "_insert",
    "_update",
)


def _own_ways(model: type[Model]) -> Iterator[str]:
    """Name the methods of a model's managers and querysets that go their own way."""
    for manager in model._meta.managers:
        for owner in _classes(manager):
            for name in _OVERRIDDEN:
                method = vars(owner).get(name)
                code = getattr(method, "__code__", None)
                if code is not None and not _WRITING.union(["super"]) & _names(code):
                    yield f"{owner.__module__}.{owner.__qualname__}.{name}"


def _classes(manager: Manager[Any]) -> Iterator[type]:
    """Yield the classes behind a manager, but for Django's and those it makes."""
    for made in (type(manager), queryset_class(manager)):
        for owner in made.__mro__:
            if not owner.__module__.startswith("django."):
                yield owner


def _names(code: CodeType) -> set[str]:
    """Return every global and attribute that a function uses, inner ones included."""
    inner = [each for each in code.co_consts if isinstance(each, CodeType)]
    return {*code.co_names, *code.co_freevars}.union(*map(_names, inner))
