"""The querysets a model wants counted ahead."""

from __future__ import annotations

import inspect
from typing import Any, Final, TypeAlias

from django.db.models import Model, QuerySet

from django_reckon.exceptions import ConfigurationError

METHOD: Final = "fast_count_querysets"

# A queryset with the words a report names it by; in place of one that cannot be had,
# why not. Any: querysets of values are counted as well.
Named: TypeAlias = tuple[str, QuerySet[Any] | ConfigurationError]


def declared(model: type[Model]) -> list[Named]:
    """
    Return what the model's fast_count_querysets() gives, each item judged by itself.

    Nothing is evaluated and nothing raised: a mistake stands in its item's place.
    """
    name = f"{model._meta.label}.{METHOD}()"
    try:
        found = _called(model, name)
    except ConfigurationError as error:
        return [(f"{METHOD}()", error)]
    return [
        (f"{METHOD}()[{position}]", _judged(model, f"{name}[{position}]", item))
        for position, item in enumerate(found)
    ]


def _called(model: type[Model], name: str) -> list[object]:
    method = inspect.getattr_static(model, METHOD, None)
    if method is None:
        return []
    if inspect.isfunction(method):
        raise ConfigurationError(
            f"{name} is an instance method, but it is called on the class. "
            "Decorate it with @classmethod."
        )
    try:
        found = getattr(model, METHOD)()
    except Exception as error:
        raise ConfigurationError(
            f"{name} raised {type(error).__name__}: {error}. "
            "Let it build and return querysets only."
        ) from error
    if not isinstance(found, list | tuple):
        raise ConfigurationError(
            f"{name} returned {type(found).__name__!r}. Return a list of querysets."
        )
    return list(found)


def _judged(
    model: type[Model], name: str, item: object
) -> QuerySet[Any] | ConfigurationError:
    if not isinstance(item, QuerySet):
        return ConfigurationError(
            f"{name} is a {type(item).__name__!r}. Return querysets only."
        )
    if item.model._meta.concrete_model is not model._meta.concrete_model:
        return ConfigurationError(
            f"{name} counts {item.model._meta.label!r}, which is another model. "
            f"Return querysets of {model._meta.label!r} only."
        )
    return item
