"""How a manager keeps its configuration wherever Django takes it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from django.db.models import Manager, Model
from typing_extensions import TypeVar, override

from django_reckon.counts.policy import CountPolicy
from django_reckon.ground.internals import constructor_args

M = TypeVar("M", bound=Model, covariant=True)


class PolicyManager(Manager[M]):
    """A manager with a policy, which its place on a model does not take away."""

    # Django rebuilds a manager for each related object from nothing but its class, so
    # the configuration of a manager that has a place on a model rides on a class made
    # for it alone.
    _bound_policy: ClassVar[CountPolicy | None] = None
    _declared_class: ClassVar[type[Manager[Any]] | None] = None
    # Module and name of a class that from_queryset() made.
    _made_as: ClassVar[tuple[str, str] | None] = None

    _policy: CountPolicy

    @property
    def policy(self) -> CountPolicy:
        """How this manager counts."""
        return self._policy

    @override
    def contribute_to_class(self, cls: type[Model], name: str) -> None:
        super().contribute_to_class(cls, name)
        self._policy = replace(self._policy, manager_name=self.name)
        declared = type(self)
        made_as = vars(declared).get("_made_as")
        module, qualname = made_as or (declared.__module__, declared.__qualname__)
        self.__class__ = type(
            declared.__name__,
            (declared,),
            {
                "__module__": module,
                "__qualname__": qualname,
                "__doc__": declared.__doc__,
                "_bound_policy": self._policy,
                "_declared_class": declared,
            },
        )

    @override
    def __eq__(self, other: object) -> bool:
        """Compare what was written in the model: the class and its arguments."""
        return (
            isinstance(other, PolicyManager)
            and _declared(self) is _declared(other)
            and constructor_args(self) == constructor_args(other)
        )

    @override
    def __hash__(self) -> int:
        return id(self)


def made_from(base: type[Manager[Any]], made: type[PolicyManager[Any]]) -> None:
    """
    Let django-stubs find a class that from_queryset() made of a base.

    It looks for the base one step above the class of a model's manager. Of ours that
    is the made class, for each has a class of its own; so this goes by the base's name,
    and its own waits for that one.
    """
    made._made_as = (made.__module__, made.__qualname__)
    made.__module__, made.__qualname__ = base.__module__, base.__qualname__


def _declared(manager: PolicyManager[Any]) -> type[Manager[Any]]:
    return manager._declared_class or type(manager)
