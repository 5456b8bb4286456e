"""What django-stubs leaves out of managers."""

from __future__ import annotations

from mypy.nodes import ARG_STAR, ARG_STAR2
from mypy.plugin import MethodSigContext
from mypy.types import AnyType, FunctionLike, TypeOfAny


def with_configuration(ctx: MethodSigContext) -> FunctionLike:
    """
    Return the signature of as_manager() with the arguments that it takes.

    django-stubs gives each class of querysets one of its own, without any.
    """
    signature = ctx.default_signature
    if signature.arg_types:
        return signature
    anything = AnyType(TypeOfAny.explicit)
    return signature.copy_modified(
        arg_types=[anything, anything],
        arg_kinds=[ARG_STAR, ARG_STAR2],
        arg_names=["args", "configuration"],
    )
