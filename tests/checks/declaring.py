"""Models with computed fields that a test makes up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from django_reckon.checks import check_computed
from django_reckon.models import ComputedFieldsModel, computed
from django_reckon.testing import isolated_registry

if TYPE_CHECKING:
    from django.core.checks import CheckMessage
    from django.db.models import Model

__all__ = ["author", "book", "checked", "field", "model"]


def field(depends: Any = None, **options: Any) -> Any:
    """Return a computed field with a text, whatever its rules are; hence Any."""
    function = options.pop("compute", str)
    column = options.pop("column", None) or models.TextField(default="")
    return computed(column, depends=depends, **options)(function)


def model(
    name: str, base: type[Model] = ComputedFieldsModel, /, **attributes: object
) -> Any:
    """
    Return a model in the registry that the fixture `isolated` holds.

    Any: its attributes are the test's own.
    """
    meta = {"app_label": "testapp", **dict(attributes.pop("meta", {}))}  # type: ignore[call-overload]  # a test's own dict
    attributes = {"__module__": __name__, "Meta": type("Meta", (), meta), **attributes}
    return type(name, (base,), attributes)


def author(**attributes: object) -> Any:
    """Return a model with a name; Any, as model() does."""
    return model("Poet", name=models.CharField(max_length=20), **attributes)


def book(to: Any, /, **attributes: object) -> Any:
    """Return a model with a foreign key to another; Any, as model() does."""
    attributes = {
        "title": models.CharField(max_length=20),
        "poet": models.ForeignKey(to, models.CASCADE, related_name="poems"),
        **attributes,
    }
    return model("Poem", **attributes)


def checked(*made: Any) -> list[CheckMessage]:
    """Return what the check says if these are all models with computed fields."""
    with isolated_registry(*made):
        return check_computed(None)
