"""What is wrong with declarations that cannot be used."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from django.db.models import Model

from django_reckon.exceptions import (
    CycleNodeException,
    ResolverException,
    UnknownDependencyError,
)


class Mistake(Enum):
    """The kinds of mistakes."""

    # What was given for a field is none.
    FIELD = auto()
    # A rule or an option is not of the shape that it must be.
    SHAPE = auto()
    # A rule names what is not there, or what cannot be followed.
    UNKNOWN = auto()
    # Fields wait for each other.
    CYCLE = auto()
    # The model is no ComputedFieldsModel.
    BASE = auto()
    # The model is a proxy, whose table is another's.
    PROXY = auto()


@dataclass(frozen=True, slots=True)
class Problem:
    """
    A declaration that cannot be used.

    Attributes:
        model: Where it was declared, or inherited from an abstract base.
        name: The field's name.
        error: What using the model raises.
        mistake: Its kind.
    """

    model: type[Model]
    name: str
    error: ResolverException
    mistake: Mistake


def problem_of(model: type[Model], name: str, error: ResolverException) -> Problem:
    """Return the problem that resolving a declaration met."""
    match error:
        case CycleNodeException():
            mistake = Mistake.CYCLE
        case UnknownDependencyError():
            mistake = Mistake.UNKNOWN
        case _:
            mistake = Mistake.SHAPE
    return Problem(model, name, error, mistake)
