"""Arguments of calls, as mypy has parsed them."""

from __future__ import annotations

from itertools import takewhile

from mypy.nodes import ARG_NAMED, ARG_POS, CallExpr, Expression, NameExpr

from django_reckon._mypy import fullnames


def argument(call: CallExpr, name: str, position: int | None) -> Expression | None:
    """Return an argument that was given by name, or by position; None for neither."""
    places = 0
    for value, kind, given in zip(
        call.args, call.arg_kinds, call.arg_names, strict=True
    ):
        if kind == ARG_NAMED and given == name:
            return value
        if kind == ARG_POS:
            if places == position:
                return value
            places += 1
    return None


def positional(call: CallExpr) -> list[Expression]:
    """Return the arguments that are given by position and written out."""
    given = zip(call.args, call.arg_kinds, strict=True)
    return [value for value, _ in takewhile(lambda each: each[1] == ARG_POS, given)]


def is_true(expression: Expression | None) -> bool:
    """Tell whether an argument is the word True."""
    return isinstance(expression, NameExpr) and expression.fullname == fullnames.TRUE
