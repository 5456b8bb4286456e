"""What is checked of each computed field, and the type that it gets."""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import Context, LambdaExpr, TypeInfo
from mypy.plugin import FunctionContext, FunctionSigContext, MethodContext
from mypy.types import (
    AnyType,
    CallableType,
    FunctionLike,
    Instance,
    Type,
    get_proper_type,
)

from django_reckon._mypy import codes, declarations
from django_reckon._mypy.body import attributes_of_first
from django_reckon._mypy.declarations import Found, checker
from django_reckon._mypy.depending import RuleCheck
from django_reckon._mypy.guard import Guard
from django_reckon._mypy.members import FindType, Members, attribute_type
from django_reckon._mypy.reads import Reader, Spot
from django_reckon._mypy.rules import Rule, depends_of, rules_at, written_rules
from django_reckon._mypy.runtime import (
    Runtime,
    RuntimeField,
    declared_rules,
    fullname_of,
    member,
    problems_of,
)
from django_reckon._mypy.undeclared import declared_by, report_undeclared
from django_reckon._mypy.values import field_type, held_type, misfit, swapped


class Checks:
    """Answers the hooks that mypy calls while it checks."""

    def __init__(self, runtime: Runtime, find_type: FindType, guard: Guard) -> None:
        """Take what is known of Django's models, and of types."""
        self._runtime = runtime
        self._find_type = find_type
        self._members = Members(runtime, find_type)
        self._guard = guard

    def decorated(self, ctx: MethodContext) -> Type:
        """Return the type of a method under `@computed(...)`."""
        found = declarations.decorated(ctx)
        return ctx.default_return_type if found is None else self._checked(ctx, found)

    def assigned(self, ctx: FunctionContext) -> Type:
        """Return the type of `ComputedField(...)`."""
        found = declarations.assigned(ctx)
        return ctx.default_return_type if found is None else self._checked(ctx, found)

    def signature(self, ctx: FunctionSigContext) -> FunctionLike:
        """Return ComputedField's signature, its function taking the model."""
        signature = ctx.default_signature
        model = declarations.enclosing_model(ctx)
        if model is None:
            return signature
        kinds = list(signature.arg_types)
        for place, name in enumerate(signature.arg_names):
            given = ctx.args[place] if place < len(ctx.args) else []
            kind = get_proper_type(kinds[place])
            if name != "compute" or not isinstance(kind, CallableType):
                continue
            lambdas = [each for each in given if isinstance(each, LambdaExpr)]
            if not any(_is_early(each, model) for each in lambdas):
                kinds[place] = kind.copy_modified(arg_types=[Instance(model, [])])
        return signature.copy_modified(arg_types=kinds)

    def _checked(self, ctx: FunctionContext | MethodContext, found: Found) -> Type:
        field = self._running(found)
        # What one of them meets must not keep the others from their answer.
        self._guard.answer(lambda: self._check_rules(ctx, found, field), None)
        kind = field_type(found.field_type, found.call, field, self._find_type)
        held = held_type(kind, self._find_type) if kind is not None else None
        if kind is None or held is None:
            return ctx.default_return_type
        if not isinstance(held, AnyType):
            options = checker(ctx).options
            wrong = misfit(found.name, kind, held, found.returned, options)
            if wrong is not None:
                at = found.function or ctx.context
                ctx.api.fail(wrong, at, code=codes.COMPUTED_RETURN)
        return swapped(kind, held, found.returned)

    def _check_rules(
        self,
        ctx: FunctionContext | MethodContext,
        found: Found,
        field: RuntimeField | None,
    ) -> None:
        rules = self._rules(found, field)
        told = []

        def fail(message: str, at: Context) -> None:
            told.append(message)
            ctx.api.fail(message, at, code=codes.COMPUTED_DEPENDS)

        start = self._members.place(found.model)
        RuleCheck(self._members, start, fail).check(rules or ())
        problem = next(self._problems(found), None)
        if problem is not None and not told:
            call = found.call
            depends = depends_of(call) if call is not None else None
            fail(problem, depends or call or ctx.context)
        if rules is not None and not told:
            self._check_reads(ctx, found, rules)

    def _check_reads(
        self, ctx: FunctionContext | MethodContext, found: Found, rules: list[Rule]
    ) -> None:
        start = self._members.place(found.model)
        declared = declared_by(self._members, start, rules)
        if found.function is None or declared is None:
            return

        def fail(message: str, at: Context) -> None:
            ctx.api.fail(message, at, code=codes.COMPUTED_UNDECLARED)

        reader = Reader(self._members, checker(ctx).tree)
        reads = reader.reads(found.function, Spot((), start))
        report_undeclared(found.name, reads, declared, fail)

    def _rules(self, found: Found, field: RuntimeField | None) -> list[Rule] | None:
        """Return the rules as written, or as Django has them from elsewhere."""
        if found.call is None:
            return None
        rules = written_rules(found.call)
        depends = depends_of(found.call)
        if rules is not None or depends is None or field is None:
            return rules
        if self._runtime.is_outdated(field.model.__module__):
            return None
        declared = declared_rules(field)
        return None if declared is None else rules_at(depends, declared)

    def _problems(self, found: Found) -> Iterator[str]:
        """Yield what Django has found wrong with a declaration, unless it is old."""
        if not self._runtime.is_outdated(found.model.module_name):
            models = self._runtime.named(found.model.fullname)
            for name, message in problems_of(models):
                if name == found.name:
                    yield message

    def _running(self, found: Found) -> RuntimeField | None:
        """Return the field as Django has it; None where it has none of that name."""
        models = self._runtime.named(found.model.fullname)
        own = [each for each in models if fullname_of(each) == found.model.fullname]
        for model in own or models:
            return member(model, found.name)
        return None


def _is_early(function: LambdaExpr, model: TypeInfo) -> bool:
    """
    Tell whether a lambda reads what is declared below it.

    Those have no type yet, and mypy does not come back to a lambda.
    """
    return any(
        name in model.names and attribute_type(model, name) is None
        for name in attributes_of_first(function)
    )
