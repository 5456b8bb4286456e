"""
Every exception the library raises.

::

    ReckonError
    |-- ConfigurationError (also ImproperlyConfigured)   a setting or an installation
    |-- ResolverException                                a computed field, declared
    |   |-- UnknownDependencyError                       or used wrongly
    |   `-- CycleNodeException                           fields that wait for each other
    |-- ResolutionError                                  no value, or one refused
    `-- BackendError                                     the count store failed
"""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured
from typing_extensions import override

__all__ = [
    "BackendError",
    "ConfigurationError",
    "CycleNodeException",
    "ReckonError",
    "ResolutionError",
    "ResolverException",
    "UnknownDependencyError",
]


class ReckonError(Exception):
    """Base of every exception that django-reckon raises."""


class ConfigurationError(ReckonError, ImproperlyConfigured):
    """A setting, a manager argument or the installation is wrong."""


class ResolverException(ReckonError):  # noqa: N818 - the contract's name
    """A computed field is declared or used wrongly."""


class UnknownDependencyError(ResolverException):
    """
    A rule of depends names what is not there.

    Attributes:
        path: The relation, as written.
        model: Label of the model on which the name was looked for.
    """

    def __init__(self, message: str, *, path: str, model: str) -> None:
        """Say what was looked for and where."""
        super().__init__(message)
        self.path = path
        self.model = model


class CycleNodeException(ResolverException):
    """
    Computed fields depend on each other in a circle.

    Attributes:
        cycle: The fields, each before the one that depends on it; the first is also
            the last.
    """

    def __init__(self, cycle: tuple[str, ...]) -> None:
        """Name the fields in order."""
        super().__init__(
            f"Computed fields depend on each other: {' -> '.join(cycle)}. Take one of "
            "the rules away, or set COMPUTEDFIELDS_ALLOW_RECURSION if the rows form a "
            "tree."
        )
        self.cycle = cycle


class ResolutionError(ReckonError):
    """
    The value of a computed field could not be computed or stored.

    The cause is chained.

    Attributes:
        field: Label of the field, "shop.Shelf.total".
        pk: Primary key of the row, None for one that is not saved yet; several keys
            where the database refused them together.
    """

    def __init__(self, field: str, pk: object, problem: str) -> None:
        """Say which value it was and why."""
        super().__init__(field, pk, problem)
        self.field = field
        self.pk = pk

    @override
    def __str__(self) -> str:
        if len(self.args) != 3:
            # loaddata puts words of its own in their place.
            return super().__str__()
        field, pk, problem = self.args
        row = "a new row" if pk is None else f"pk {pk!r}"
        return f"Computed field {field!r} of {row}: {problem}"


class BackendError(ReckonError):
    """
    A store of counts or a dispatcher failed; the cause is chained.

    Attributes:
        backend: Name of what failed, as in log lines ("cache 'default'").
    """

    def __init__(self, backend: str, action: str, cause: BaseException | None) -> None:
        """Say which backend failed at what, and why."""
        super().__init__(backend, action, cause)
        self.backend = backend

    @override
    def __str__(self) -> str:
        backend, action, cause = self.args
        reason = f"{type(cause).__name__}: {cause}" if cause else "no reason given"
        return f"{backend} could not {action} ({reason})."
