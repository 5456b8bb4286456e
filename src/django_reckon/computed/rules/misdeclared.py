"""What stands in place of a computed field that was given no field."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from functools import wraps
from inspect import signature
from typing import Any, NoReturn, Self, overload

from django.db.models import Model

from django_reckon.exceptions import ResolverException


class Misdeclared:
    """
    Lets the project start, so that a system check can tell what is wrong.

    Reads and writes of the attribute raise; the model has no such column.
    """

    name: str

    def __init__(self, what: str) -> None:
        """Keep what is wrong, and the remedy."""
        self._what = what
        self.name = ""

    def __call__(self, function: object) -> Self:
        """Stand in for the decorator as well."""
        return self

    def contribute_to_class(self, model: type[Model], name: str) -> None:
        """Take the field's place when Django makes the model."""
        self.name = name
        setattr(model, name, self)

    def error(self, model: type[Model]) -> ResolverException:
        """Return what to raise where a model's field is used."""
        where = f"{model._meta.label}.{self.name}"
        return ResolverException(f"{where!r} {self._what}")

    @overload
    def __get__(self, instance: None, owner: type[Model]) -> Self: ...
    @overload
    def __get__(self, instance: Model, owner: type[Model]) -> NoReturn: ...
    def __get__(self, instance: Model | None, owner: type[Model]) -> Self:
        """
        Return this on the class.

        Raises:
            ResolverException: On an instance, for there is no value.
        """
        if instance is None:
            return self
        raise self.error(owner)

    def __set__(self, instance: Model, value: object) -> None:
        """
        Refuse.

        Raises:
            ResolverException: There is nothing to hold a value.
        """
        raise self.error(type(instance))


def no_field(given: object) -> Misdeclared:
    """Return what stands in place of a field that was given something else for one."""
    return Misdeclared(
        f"was given {given!r} for its field. "
        "Give it a Django field to hold the values, such as models.TextField()."
    )


def telling(declare: Callable[..., Any]) -> Callable[..., Any]:
    """
    Return a function that lets the system checks tell of wrong arguments.

    Python would raise at once, and mypy end by an INTERNAL ERROR: it imports models.
    """
    accepted = signature(declare)

    @wraps(declare)
    def inner(*args: Any, **kwargs: Any) -> Any:
        try:
            accepted.bind(*args, **kwargs)
        except TypeError as error:
            known = list(accepted.parameters)
            strange = [name for name in kwargs if name not in known]
            close = get_close_matches(strange[0], known, n=1) if strange else []
            taken = f"It takes {', '.join(known)}."
            remedy = f"Did you mean {close[0]!r}?" if close else taken
            return Misdeclared(f"cannot be declared: {error}. {remedy}")
        return declare(*args, **kwargs)

    return inner


def misdeclared_on(model: type[Model]) -> Iterator[Misdeclared]:
    """Yield those of a model and its abstract bases."""
    seen: set[str] = set()
    for base in model.__mro__:
        meta = getattr(base, "_meta", None)
        if base is not model and (meta is None or not meta.abstract):
            # Another table's, or none that Django would take a field from.
            continue
        for name, value in vars(base).items():
            if isinstance(value, Misdeclared) and name not in seen:
                yield value
            seen.add(name)
