"""Which hook of mypy does what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mypy.nodes import MypyFile, TypeInfo
from mypy.options import Options
from mypy.plugin import (
    ClassDefContext,
    FunctionContext,
    FunctionSigContext,
    MethodContext,
    MethodSigContext,
    Plugin,
    ReportConfigContext,
)
from mypy.server.trigger import make_wildcard_trigger
from mypy.types import FunctionLike, Type
from typing_extensions import override

from django_reckon._mypy import fullnames
from django_reckon._mypy.caching import Caching
from django_reckon._mypy.checking import Checks
from django_reckon._mypy.guard import Guard
from django_reckon._mypy.managers import with_configuration
from django_reckon._mypy.relations import in_daemon
from django_reckon._mypy.runtime import Runtime

# Of a dependency that no line of the file names.
_PRIORITY = 10
_NO_LINE = -1


class ReckonPlugin(Plugin):
    """
    Checks computed fields; rests on what django-stubs' plugin does for models.

    All work is done by hooks that django-stubs leaves free, so either may come first.
    """

    def __init__(self, options: Options) -> None:
        """Read nothing yet: Django may not be there before the other plugin is."""
        super().__init__(options)
        runtime = Runtime()
        self._guard = Guard(is_loud=options.show_traceback)
        self._caching = Caching(runtime)
        self._runtime = runtime
        self._checks = Checks(runtime, self._find_type, self._guard)

    @override
    def get_function_hook(
        self, fullname: str
    ) -> Callable[[FunctionContext], Type] | None:
        if fullname == fullnames.COMPUTED_FIELD:
            return self._guard.hook(self._checks.assigned, _default_return)
        return None

    @override
    def get_function_signature_hook(
        self, fullname: str
    ) -> Callable[[FunctionSigContext], FunctionLike] | None:
        if fullname == fullnames.COMPUTED_FIELD:
            return self._guard.hook(self._checks.signature, _default_signature)
        return None

    @override
    def get_method_hook(self, fullname: str) -> Callable[[MethodContext], Type] | None:
        # Only a method has a hook when it is what stands behind the @.
        if fullname == fullnames.DECORATE:
            return self._guard.hook(self._checks.decorated, _default_return)
        return None

    @override
    def get_method_signature_hook(
        self, fullname: str
    ) -> Callable[[MethodSigContext], FunctionLike] | None:
        class_name, _, name = fullname.rpartition(".")
        if name != fullnames.AS_MANAGER:
            return None
        info = self._find_type(class_name)
        if info is None or not info.has_base(fullnames.QUERYSET):
            return None
        return self._guard.hook(with_configuration, _default_signature)

    @override
    def get_customize_class_mro_hook(
        self, fullname: str
    ) -> Callable[[ClassDefContext], None] | None:
        # The one hook for classes that django-stubs leaves free for models. Only a
        # daemon goes by triggers.
        if not in_daemon() or not self._guard.answer(
            lambda: bool(self._runtime.named(fullname)), False
        ):
            return None
        return self._guard.hook(self._add_triggers, lambda _: None)

    @override
    def get_additional_deps(self, file: MypyFile) -> list[tuple[int, str, int]]:
        nothing: list[str] = []
        find = self._caching.modules
        modules = self._guard.answer(lambda: find(file.fullname), nothing)
        return [(_PRIORITY, module, _NO_LINE) for module in modules]

    @override
    def report_config_data(self, ctx: ReportConfigContext) -> dict[str, Any]:
        # Any: mypy writes it as JSON.
        nothing: dict[str, Any] = {}
        return self._guard.answer(lambda: self._caching.config(ctx.id), nothing)

    def _add_triggers(self, ctx: ClassDefContext) -> None:
        for model in self._caching.triggers(ctx.cls):
            ctx.api.add_plugin_dependency(make_wildcard_trigger(model))

    def _find_type(self, fullname: str) -> TypeInfo | None:
        symbol = self.lookup_fully_qualified(fullname)
        node = symbol.node if symbol is not None else None
        return node if isinstance(node, TypeInfo) else None


def _default_return(ctx: FunctionContext | MethodContext) -> Type:
    return ctx.default_return_type


def _default_signature(ctx: FunctionSigContext | MethodSigContext) -> FunctionLike:
    return ctx.default_signature
