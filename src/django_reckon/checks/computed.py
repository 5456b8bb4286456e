"""Checks of computed fields and their settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from django.core.checks import CheckMessage
from django.db.models import Model

from django_reckon.checks.messages import message
from django_reckon.computed.outbox.dispatching import current_dispatcher
from django_reckon.computed.rules.paths import Hop
from django_reckon.computed.rules.problems import Mistake
from django_reckon.computed.rules.registry import ComputedColumn, registry
from django_reckon.computed.strategies.choice import current_strategy
from django_reckon.computed.writers import current_writer
from django_reckon.conf import computed as conf
from django_reckon.exceptions import ConfigurationError
from django_reckon.ground.installed import AppConfig
from django_reckon.ground.internals import AnyField, database_action

_IDS: Final = {
    Mistake.FIELD: "reckon.E006",
    Mistake.SHAPE: "reckon.E007",
    Mistake.UNKNOWN: "reckon.E008",
    Mistake.CYCLE: "reckon.E009",
    Mistake.BASE: "reckon.E010",
    Mistake.PROXY: "reckon.E011",
}


def check_computed(
    app_configs: Sequence[AppConfig] | None, **_: object
) -> list[CheckMessage]:
    """Return what is wrong with the COMPUTEDFIELDS_* settings and with each field."""
    found = list(_settings())
    labels = None if app_configs is None else {each.label for each in app_configs}

    def concerned(model: type[Model]) -> bool:
        return labels is None or model._meta.app_label in labels

    # Fields of one circle share its error.
    told: set[int] = set()
    for problem in registry.problems:
        if concerned(problem.model) and id(problem.error) not in told:
            told.add(id(problem.error))
            check_id = _IDS[problem.mistake]
            found.append(message(check_id, str(problem.error), obj=problem.model))
    for column in registry.columns.values():
        if concerned(column.model):
            found += _left_to_database(column)
    return found


def _settings() -> Iterator[CheckMessage]:
    try:
        conf.current()
        current_writer()
        current_strategy()
        current_dispatcher()
    except ConfigurationError as error:
        yield message("reckon.E005", str(error), obj=None)


def _left_to_database(column: ComputedColumn) -> Iterator[CheckMessage]:
    """Name the relations on a field's way that the database itself changes."""
    told: set[AnyField] = set()
    for hops, _ in column.rules:
        for field in (each for hop in hops for each in _keys(hop)):
            action = database_action(field)
            if action is not None and field not in told:
                told.add(field)
                problem = (
                    f"{column.label!r} depends on rows over "
                    f"'{field.model._meta.label}.{field.name}', which leaves them to "
                    f"the database by {action}."
                )
                yield message("reckon.W003", problem, obj=column.model)


def _keys(hop: Hop) -> Iterator[AnyField]:
    """Yield the columns that a hop follows, in a fixed order."""
    if hop.forward is not None:
        yield hop.forward
    if hop.link is not None:
        yield from sorted(hop.link.columns, key=lambda field: field.name)
