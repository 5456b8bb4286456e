"""What stands in place of a computed field that was given no field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn, Self, overload

from django.db.models import Model

from django_reckon.exceptions import ResolverException


class Misdeclared:
    """
    Lets the project start, so that a system check can tell what is wrong.

    Reads and writes of the attribute raise; the model has no such column.
    """

    def __init__(self, given: object) -> None:
        """Keep what was given for a field."""
        self._given = given
        self.name = ""

    def contribute_to_class(self, model: type[Model], name: str) -> None:
        """Take the field's place when Django makes the model."""
        self.name = name
        setattr(model, name, self)

    def error(self, model: type[Model]) -> ResolverException:
        """Return what to raise where a model's field is used."""
        where = f"{model._meta.label}.{self.name}"
        return ResolverException(
            f"{where!r} was given {self._given!r} for its field. "
            "Give it a Django field to hold the values, such as models.TextField()."
        )

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
