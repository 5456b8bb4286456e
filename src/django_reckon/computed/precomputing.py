"""Custom save() methods that find their computed fields up to date."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, overload

from django.db.models import Model

from django_reckon.computed.manual import update_computedfields

M = TypeVar("M", bound=Model)
P = ParamSpec("P")
R = TypeVar("R")


@overload
def precomputed(
    save: Callable[Concatenate[M, P], R], /
) -> Callable[Concatenate[M, P], R]: ...
@overload
def precomputed(
    *, skip_after: bool = False
) -> Callable[[Callable[Concatenate[M, P], R]], Callable[Concatenate[M, P], R]]: ...
def precomputed(
    save: Callable[..., Any] | None = None, /, *, skip_after: bool = False
) -> Any:
    """
    Return a custom save() that finds the computed fields up to date on the instance.

    Use it as ``@precomputed`` or as ``@precomputed(skip_after=True)``.

    Args:
        save: The method.
        skip_after: Do not compute them once more when the method comes to the save()
            of ComputedFieldsModel; what it assigned meanwhile is then stored.
    """

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def inner(self: Model, *args: Any, **kwargs: Any) -> Any:
            if kwargs.get("skip_computedfields"):
                return method(self, *args, **kwargs)
            named = update_computedfields(self, kwargs.get("update_fields"))
            if named is not None:
                kwargs["update_fields"] = named
            if skip_after:
                kwargs["skip_computedfields"] = True
            return method(self, *args, **kwargs)

        return inner

    return decorate if save is None else decorate(save)
