"""
Two pages of Django's admin: models with computed fields, and contributing keys.

Each stands where the list of a model's rows would be, so the admin's index, its login
and its permissions hold for them; nothing else of a ModelAdmin is reachable. No row is
read, and none can be written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.admin import AdminSite, ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from typing_extensions import override

from django_reckon.admin.rows import (
    computed_models,
    computed_rows,
    contributing_rows,
)
from django_reckon.computed.drawing.picture import picture_of
from django_reckon.computed.drawing.svg import svg_text
from django_reckon.computed.entries import ComputedModelEntry, ContributingModelEntry
from django_reckon.computed.rules.registry import registry
from django_reckon.conf import computed as conf
from django_reckon.exceptions import ConfigurationError
from django_reckon.ground.internals import table_owner

if TYPE_CHECKING:
    # Generic for type checkers only. Any, for no row is read.
    _ModelAdmin = ModelAdmin[Any]
else:
    _ModelAdmin = ModelAdmin


class ListingAdmin(_ModelAdmin):
    """
    One page for those who may view, at the address of a list.

    Attributes:
        page: Template of the page.
    """

    page: ClassVar[str]

    def listing(self, request: HttpRequest) -> dict[str, object]:
        """Return what the template shows."""
        raise NotImplementedError

    @override
    def get_urls(self) -> list[URLPattern]:
        """Return the address of the page, and none to add or change anything."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_changelist"
        view = self.admin_site.admin_view(self.changelist_view)
        return [path("", view, name=name)]

    @override
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Return the page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": capfirst(self.opts.verbose_name_plural),
            **self.listing(request),
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.page, context)

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return that nobody may."""
        return False

    @override
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return that nobody may."""
        return False

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return that nobody may."""
        return False


class ComputedModelAdmin(ListingAdmin):
    """Models with computed fields, what these are made from, and the graph of it."""

    page = "django_reckon/admin/computed_models.html"

    @override
    def listing(self, request: HttpRequest) -> dict[str, object]:
        """Return the fields and the graph, of one model if the address names it."""
        models = computed_models()
        chosen = request.GET.get("model")
        only: set[type[Model]] | None = None
        if chosen is not None:
            models = [model for model in models if model._meta.label == chosen]
            if not models:
                raise Http404(f"No model {chosen!r} has computed fields.")
            only = {each for m in models for each in (m, *m._meta.all_parents)}
        picture = picture_of(registry.columns.values(), only=only)
        of = f" of {chosen}" if chosen else ""
        title = f"Dependency graph of the computed fields{of}"
        problems = [
            (f"{each.model._meta.label}.{each.name}", str(each.error))
            for each in registry.problems
            if only is None or table_owner(each.model) in only
        ]
        return {
            "chosen": chosen,
            "rows": computed_rows(models),
            "problems": problems,
            # The names in it are escaped where it is drawn.
            "graph": SafeString(svg_text(picture, title=title, inline=True)),
        }


class ContributingModelAdmin(ListingAdmin):
    """Models whose foreign keys decide which rows computed fields are made from."""

    page = "django_reckon/admin/contributing_models.html"

    @override
    def listing(self, request: HttpRequest) -> dict[str, object]:
        """Return the foreign keys and the computed fields that they matter for."""
        return {"rows": contributing_rows(picture_of(registry.columns.values()))}


def register(site: AdminSite) -> None:
    """
    Let a site show the listings if COMPUTEDFIELDS_ADMIN is on.

    A setting that cannot be used counts as off: the system checks tell what is wrong
    with it.
    """
    try:
        wanted = conf.current().admin
    except ConfigurationError:
        wanted = False
    if wanted:
        site.register(ComputedModelEntry, ComputedModelAdmin)
        site.register(ContributingModelEntry, ContributingModelAdmin)
