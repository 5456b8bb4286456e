"""The computed field that mypy has just come to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from mypy.checker import TypeChecker
from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    Decorator,
    FuncDef,
    LambdaExpr,
    NameExpr,
    RefExpr,
    TypeInfo,
)
from mypy.plugin import FunctionContext, FunctionSigContext, MethodContext
from mypy.types import Instance, Type, get_proper_type

from django_reckon._mypy import fullnames
from django_reckon._mypy.calls import argument


@dataclass(frozen=True, slots=True)
class Found:
    """
    One declaration.

    Attributes:
        name: The field's name.
        model: The class that it stands in.
        field_type: Type of the field that was given.
        returned: What the function returns.
        call: The call that was given the rules; None where that is not written out.
        function: The function, if it stands in the file that is checked.
    """

    name: str
    model: TypeInfo
    field_type: Type
    returned: Type
    call: CallExpr | None
    function: FuncDef | LambdaExpr | None


def decorated(ctx: MethodContext) -> Found | None:
    """Return what `@computed(...)` stands above."""
    model, types = enclosing_model(ctx), _value_types(ctx.default_return_type)
    decorator = ctx.context
    if model is None or types is None or not isinstance(decorator, Decorator):
        return None
    calls = [
        each
        for each in decorator.decorators
        if isinstance(each, CallExpr)
        and isinstance(each.callee, RefExpr)
        and each.callee.fullname == fullnames.COMPUTED
    ]
    call = calls[0] if len(calls) == 1 else None
    return Found(decorator.func.name, model, *types, call, decorator.func)


def assigned(ctx: FunctionContext) -> Found | None:
    """Return what `name = ComputedField(...)` declares."""
    model, types = enclosing_model(ctx), _value_types(ctx.default_return_type)
    call = ctx.context
    if model is None or types is None or not isinstance(call, CallExpr):
        return None
    for statement in model.defn.defs.body:
        if isinstance(statement, AssignmentStmt) and statement.rvalue is call:
            target = statement.lvalues[0]
            # Whoever writes the type out means that one.
            if statement.unanalyzed_type is None and isinstance(target, NameExpr):
                function = _function(ctx, call)
                return Found(target.name, model, *types, call, function)
    return None


def enclosing_model(
    ctx: FunctionContext | FunctionSigContext | MethodContext,
) -> TypeInfo | None:
    """Return the model whose body is checked; None elsewhere."""
    found = checker(ctx).scope.active_class()
    return found if found is not None and found.has_base(fullnames.MODEL) else None


def checker(
    ctx: FunctionContext | FunctionSigContext | MethodContext,
) -> TypeChecker:
    """Return the checker itself, of which plugins are promised a part."""
    return cast("TypeChecker", ctx.api)


def _function(ctx: FunctionContext, call: CallExpr) -> FuncDef | LambdaExpr | None:
    given = argument(call, "compute", None)
    if isinstance(given, LambdaExpr):
        return given
    named = given.node if isinstance(given, RefExpr) else None
    if isinstance(named, FuncDef):
        # The bodies of others' functions are not there if mypy had those in its cache.
        is_here = named.fullname == f"{checker(ctx).tree.fullname}.{named.name}"
        return named if is_here else None
    return None


def _value_types(kind: Type) -> tuple[Type, Type] | None:
    value = get_proper_type(kind)
    if isinstance(value, Instance) and value.type.fullname == fullnames.COMPUTED_VALUE:
        field, returned = value.args
        return field, returned
    return None
