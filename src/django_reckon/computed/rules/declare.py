"""
How a computed field is declared.

What the decorator returns at run time is the Django field itself, so migrations hold
the plain field and nothing of ours. To type checkers it is a descriptor that gives the
function's own type on an instance, for that is all they need to know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import (
    TYPE_CHECKING,
    Any,
    Generic,
    Protocol,
    TypeAlias,
    TypeVar,
    cast,
    overload,
)

from django.db.models import Field, Model, Prefetch

from django_reckon.computed.rules.misdeclared import no_field, telling
from django_reckon.ground.internals import AnyField

# What reads of a field on its class give depends on the field; Any, as in the stubs.
F = TypeVar("F", bound=AnyField)
F_co = TypeVar("F_co", bound=AnyField, covariant=True)
R = TypeVar("R")

# A relation, and the columns that are read at its end.
Rule: TypeAlias = tuple[str, Sequence[str]]
# Any: a function takes instances of the model it is declared on, which has no name yet.
Compute: TypeAlias = Callable[[Any], Any]
PrefetchLookup: TypeAlias = "str | Prefetch[Any, Any, Any]"

_ATTRIBUTE = "_computed"


class FieldAccessor(Protocol[F_co]):
    """What a computed field is on its class."""

    @property
    def field(self) -> F_co:
        """The Django field."""
        ...


class ComputedValue(Generic[F, R]):
    """What a computed field is to a type checker; at run time it is the field."""

    @overload
    def __get__(self, instance: None, owner: Any) -> FieldAccessor[F]: ...
    @overload
    def __get__(self, instance: Model, owner: Any) -> R: ...
    def __get__(self, instance: Model | None, owner: Any) -> FieldAccessor[F] | R:
        """Return the value on an instance, the accessor on the class."""
        raise NotImplementedError  # pragma: no cover - never an instance of this

    def __set__(self, instance: Model, value: R) -> None:
        """Set the attribute, which lasts until the next save."""
        raise NotImplementedError  # pragma: no cover - never an instance of this


@dataclass(frozen=True, slots=True)
class Declaration:
    """
    What was declared about one computed field.

    Attributes:
        compute: Returns the value for an instance.
        depends: As written by the user; the registry resolves it.
        select_related: Forward relations to fetch with the rows.
        prefetch_related: Lookups to prefetch for the rows.
        querysize: Rows read at once; None for the setting.
        default_on_create: New rows begin with the field's default.
    """

    compute: Compute
    depends: Sequence[Rule]
    select_related: tuple[str, ...]
    prefetch_related: tuple[PrefetchLookup, ...]
    querysize: int | None
    default_on_create: bool


def declaration_of(field: object) -> Declaration | None:
    """Return what was declared about a field; None for an ordinary one."""
    declared = getattr(field, _ATTRIBUTE, None)
    return declared if isinstance(declared, Declaration) else None


class ComputedDecorator(Generic[F]):
    """Turns a method into a computed field."""

    def __init__(self, field: F, options: dict[str, Any]) -> None:
        """Keep what computed() was given until the function comes."""
        self._field = field
        self._options = options

    def contribute_to_class(self, model: type[Model], name: str) -> None:
        """Be told of by a system check: it was left without a function."""
        no_field(self._field).contribute_to_class(model, name)

    def __call__(self, function: Callable[[Any], R], /) -> ComputedValue[F, R]:
        """Return the field, which now knows the function."""
        given: object = self._field
        if not isinstance(given, Field):
            # Not an error yet: the system checks are to tell it, with all others.
            return cast("ComputedValue[F, R]", no_field(given))
        declared = Declaration(compute=function, **self._options)
        setattr(self._field, _ATTRIBUTE, declared)
        self._field.editable = False
        # To type checkers it is the descriptor, see the module's docstring.
        return cast("ComputedValue[F, R]", self._field)


def computed(
    field: F,
    depends: Sequence[Rule] | None = None,
    *,
    select_related: str | Sequence[str] = (),
    prefetch_related: PrefetchLookup | Sequence[PrefetchLookup] = (),
    querysize: int | None = None,
    default_on_create: bool = False,
) -> ComputedDecorator[F]:
    """
    Return a decorator that makes the method a stored field.

    A declaration that cannot be used raises nothing here: `manage.py check` tells what
    is wrong, and using the model raises ResolverException.

    Args:
        field: Holds the values; a Django field that no other model uses.
        depends: Rules (relation, [columns]): every column the method reads, those of
            the row itself under "self". A relation may span models by dots.
        select_related: Forward relations to fetch with several rows; those that
            depends names are fetched anyway.
        prefetch_related: Lookups or Prefetch objects to fetch with several rows; the
            same holds.
        querysize: Rows read at once, instead of COMPUTEDFIELDS_QUERYSIZE.
        default_on_create: Do not call the method for a row that is not saved yet;
            it is inserted with the field's default.
    """
    options = {
        "depends": () if depends is None else depends,
        "select_related": _several(select_related),
        "prefetch_related": _several(prefetch_related),
        "querysize": querysize,
        "default_on_create": default_on_create,
    }
    return ComputedDecorator(field, options)


def ComputedField(  # noqa: N802 - the contract's name; it stands for a field
    field: F,
    *,
    compute: Callable[[Any], R],
    depends: Sequence[Rule] | None = None,
    select_related: str | Sequence[str] = (),
    prefetch_related: PrefetchLookup | Sequence[PrefetchLookup] = (),
    querysize: int | None = None,
    default_on_create: bool = False,
) -> ComputedValue[F, R]:
    """
    Return a stored field whose values the function computes.

    Args:
        field: As for computed(), and so are the others.
        compute: Takes an instance and returns its value.
        depends: See computed().
        select_related: See computed().
        prefetch_related: See computed().
        querysize: See computed().
        default_on_create: See computed().
    """
    decorate = computed(
        field,
        depends,
        select_related=select_related,
        prefetch_related=prefetch_related,
        querysize=querysize,
        default_on_create=default_on_create,
    )
    return decorate(compute)


if not TYPE_CHECKING:
    # Type checkers are to see the functions themselves.
    computed = telling(computed)
    ComputedField = telling(ComputedField)


def _several(value: Any) -> tuple[Any, ...]:
    """Return a lone lookup as a tuple of one; what is none is judged later."""
    if isinstance(value, str) or not isinstance(value, Iterable):
        return (value,)
    return tuple(value)
