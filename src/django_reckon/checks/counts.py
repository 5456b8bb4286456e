"""Checks of the settings and managers of counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.checks import CheckMessage
from django.db import DatabaseError
from django.db.models import Model

from django_reckon.checks.messages import message, models_of
from django_reckon.conf import counts as conf
from django_reckon.counts.chain import chain_for
from django_reckon.counts.declared import declared
from django_reckon.counts.manager import FastCountManager
from django_reckon.counts.policy import CountPolicy
from django_reckon.counts.trigger import dispatcher_for
from django_reckon.exceptions import ConfigurationError
from django_reckon.ground.installed import AppConfig


def check_counts(
    app_configs: Sequence[AppConfig] | None, **_: object
) -> list[CheckMessage]:
    """Return what is wrong with the FAST_COUNT_* settings and with each manager."""
    try:
        conf.current()
        chain_for(CountPolicy())
        dispatcher_for(CountPolicy())
    except ConfigurationError as error:
        return [message("reckon.E001", str(error), obj=None)]
    return [found for model in models_of(app_configs) for found in _judged(model)]


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
                yield message("reckon.E004", str(found), obj=model)


def _judged_manager(
    model: type[Model], manager: FastCountManager[Any]
) -> Iterator[CheckMessage]:
    name = f"{model._meta.label}.{manager.name}"
    for problem in manager.policy.problems:
        yield message("reckon.E002", f"{name}: {problem}", obj=model)
    try:
        chain_for(manager.policy)
        dispatcher_for(manager.policy)
    except ConfigurationError as error:
        yield message("reckon.E003", f"{name}: {error}", obj=model)
