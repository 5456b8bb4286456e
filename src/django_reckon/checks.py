"""System checks: mistakes that `manage.py check` finds before they do harm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from types import CodeType
from typing import Any, Final

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as Caution
from django.db import DatabaseError
from django.db.models import Manager, Model

from django_reckon.changes.watch import watch_list
from django_reckon.conf import counts as conf
from django_reckon.counts.chain import chain_for
from django_reckon.counts.declared import METHOD, declared
from django_reckon.counts.manager import FastCountManager
from django_reckon.counts.policy import CountPolicy
from django_reckon.counts.trigger import dispatcher_for
from django_reckon.exceptions import ConfigurationError
from django_reckon.ground.internals import database_action, queryset_class

__all__ = ["check_counts", "check_writes"]

_DOCS: Final = (
    "See reference/checks.html#{anchor} in the documentation of django-reckon."
)


def check_counts(
    app_configs: Sequence[AppConfig] | None, **_: object
) -> list[CheckMessage]:
    """Return what is wrong with the FAST_COUNT_* settings and with each manager."""
    try:
        conf.current()
        chain_for(CountPolicy())
        dispatcher_for(CountPolicy())
    except ConfigurationError as error:
        return [_message("reckon.E001", str(error), obj=None)]
    return [message for model in _models(app_configs) for message in _judged(model)]


def check_writes(
    app_configs: Sequence[AppConfig] | None, **_: object
) -> list[CheckMessage]:
    """Return what may write to watched tables without being seen."""
    models = [model for model in _models(app_configs) if watch_list.of(model)]
    found = [message for model in models for message in _left_to_database(model)]
    told: set[str] = set()
    for model in models:
        for name in _own_ways(model):
            if name not in told:
                told.add(name)
                problem = f"{name}() writes by neither super() nor another ORM method."
                found.append(_message("reckon.W002", problem, obj=model))
    return found


def _left_to_database(model: type[Model]) -> Iterator[CheckMessage]:
    """Name the relations whose rows the database itself deletes or changes."""
    for field in model._meta.local_concrete_fields:
        action = database_action(field)
        if action is not None:
            name = f"{model._meta.label}.{field.name}"
            problem = f"{name} leaves its rows to the database by {action}."
            yield _message("reckon.W001", problem, obj=model)


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


def _models(app_configs: Iterable[AppConfig] | None) -> Iterator[type[Model]]:
    for app_config in apps.get_app_configs() if app_configs is None else app_configs:
        yield from app_config.get_models()


def _judged(model: type[Model]) -> Iterator[CheckMessage]:
    managers = [m for m in model._meta.managers if isinstance(m, FastCountManager)]
    for manager in managers:
        yield from _judged_manager(model, manager)
    if managers:
        for _, found in declared(model):
            # A table that is missing tells nothing: `migrate` runs the checks as well.
            if isinstance(found, ConfigurationError) and not isinstance(
                found.__cause__, DatabaseError
            ):
                yield _message("reckon.E004", str(found), obj=model)


def _judged_manager(
    model: type[Model], manager: FastCountManager[Any]
) -> Iterator[CheckMessage]:
    name = f"{model._meta.label}.{manager.name}"
    for problem in manager.policy.problems:
        yield _message("reckon.E002", f"{name}: {problem}", obj=model)
    try:
        chain_for(manager.policy)
        dispatcher_for(manager.policy)
    except ConfigurationError as error:
        yield _message("reckon.E003", f"{name}: {error}", obj=model)


# One line an id; each has a heading in the documentation.
_HINTS: Final[dict[str, str]] = {
    "reckon.E001": "Correct the setting; until then nothing may be kept.",
    "reckon.E002": "Correct the manager's argument; until then its counts are plain.",
    "reckon.E003": "Correct the manager's cache, resolvers or dispatcher.",
    "reckon.E004": f"Let {METHOD}() be a classmethod that returns querysets of it.",
    "reckon.W001": "What the database does there is not seen: use the on_delete that "
    "Django carries out, or refresh by hand.",
    "reckon.W002": "Raw SQL is not seen: call super(), or refresh by hand.",
}


def _message(check_id: str, problem: str, *, obj: type[Model] | None) -> CheckMessage:
    anchor = check_id.replace(".", "-").lower()
    hint = f"{_HINTS[check_id]} {_DOCS.format(anchor=anchor)}"
    kind = Error if check_id.startswith("reckon.E") else Caution
    return kind(problem, hint=hint, obj=obj, id=check_id)
