"""System checks: mistakes that `manage.py check` finds before a count does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error
from django.db import DatabaseError
from django.db.models import Model

from django_reckon import conf
from django_reckon.counts.chain import chain_for
from django_reckon.counts.declared import METHOD, declared
from django_reckon.counts.manager import FastCountManager
from django_reckon.counts.policy import CountPolicy
from django_reckon.counts.trigger import dispatcher_for
from django_reckon.exceptions import ConfigurationError

__all__ = ["check_counts"]

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
}


def _message(check_id: str, problem: str, *, obj: type[Model] | None) -> Error:
    anchor = check_id.replace(".", "-").lower()
    hint = f"{_HINTS[check_id]} {_DOCS.format(anchor=anchor)}"
    return Error(problem, hint=hint, obj=obj, id=check_id)
