"""Which models and which database a command is about."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from django.core.management.base import CommandError
from django.db import connections, router
from django.db.models import Model

from django_reckon.computed.rules.registry import registry
from django_reckon.exceptions import ResolverException
from django_reckon.ground.installed import AppConfig, apps
from django_reckon.ground.internals import row_tables


def add_labels(parser: ArgumentParser, *, what: str) -> None:
    """Let a command take apps and models."""
    parser.add_argument(
        "labels",
        nargs="*",
        metavar="app_label[.Model]",
        help=f"{what}; by default all.",
    )


def add_reading(parser: ArgumentParser, *, where: str) -> None:
    """Let a command be told how to go through tables."""
    parser.add_argument("--database", metavar="ALIAS", help=where)
    parser.add_argument("--progress", action="store_true", help="Show a progress bar.")
    parser.add_argument(
        "--querysize",
        type=_number,
        metavar="N",
        help="Rows read at once; by default what the fields and "
        "COMPUTEDFIELDS_QUERYSIZE say.",
    )


def named_models(labels: Sequence[str]) -> list[type[Model]]:
    """
    Return the models that labels name, each once; all models for none.

    Raises:
        CommandError: A label names nothing.
    """
    found: dict[type[Model], None] = dict.fromkeys(
        [] if labels else apps.get_models(include_auto_created=True)
    )
    for label in labels:
        found.update(dict.fromkeys(_models(label)))
    return list(found)


def computed_models(labels: Sequence[str]) -> list[type[Model]]:
    """
    Return the models with computed fields that labels name; all of them for none.

    Raises:
        CommandError: A label names nothing, or nothing that has computed fields; or
            a field is declared wrongly.
    """
    for label in labels:
        if not any(map(_is_concerned, _models(label))):
            known = sorted({model._meta.label for model, _ in registry.columns})
            raise CommandError(
                f"{label!r} has no computed fields. "
                f"These have some: {', '.join(known) or 'none'}."
            )
    found = [model for model in named_models(labels) if _is_concerned(model)]
    for model in found:
        try:
            registry.require(model)
        except ResolverException as error:
            raise CommandError(str(error)) from error
    return found


def checked_alias(alias: str | None) -> str | None:
    """
    Return the alias of a database, None for none.

    Raises:
        CommandError: There is no such database.
    """
    if alias is None or alias in connections:
        return alias
    known = list(connections)
    raise CommandError(
        f"DATABASES has no {alias!r}." + _advice(alias, known, "Choose from ")
    )


def has_table(model: type[Model], alias: str) -> bool:
    """Tell whether a model has its table in a database, be it made by others."""
    if router.allow_migrate_model(alias, model):
        return True
    return model._meta.db_table in connections[alias].introspection.table_names()


def _models(label: str) -> Iterator[type[Model]]:
    app_label, _, model_name = label.partition(".")
    config = _app(app_label)
    if not model_name:
        yield from config.get_models(include_auto_created=True)
        return
    try:
        yield config.get_model(model_name)
    except LookupError as error:
        known = [model.__name__ for model in config.get_models()]
        raise CommandError(
            f"App {app_label!r} has no model {model_name!r}."
            + _advice(model_name, known, "It has: ")
        ) from error


def _app(label: str) -> AppConfig:
    try:
        return apps.get_app_config(label)
    except LookupError as error:
        known = [config.label for config in apps.get_app_configs()]
        raise CommandError(
            f"No installed app has the label {label!r}."
            + _advice(label, known, "Installed are: ")
        ) from error


def _is_concerned(model: type[Model]) -> bool:
    """Tell whether a model has computed fields, be they declared wrongly."""
    wrong = {problem.model for problem in registry.problems}
    tables = {model, *row_tables(model)}
    return bool(registry.of(model)) or not wrong.isdisjoint(tables)


def _advice(name: str, known: Sequence[str], otherwise: str) -> str:
    lower = {each.lower(): each for each in known}
    close = get_close_matches(name.lower(), lower, n=1)
    if close:
        return f" Did you mean {lower[close[0]]!r}?"
    return f" {otherwise}{', '.join(sorted(known)) or 'none'}."


def _number(text: str) -> int:
    """Return a number of rows."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise ArgumentTypeError(f"{text!r} is no whole number from 1")
    return number
