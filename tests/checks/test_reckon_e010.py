"""reckon.E010: a computed field on a model that is no ComputedFieldsModel."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

import pytest
from django.core.checks import ERROR
from django.db import models

from django_reckon.exceptions import ResolverException
from django_reckon.models import (
    ComputedFieldsModel,
    compute,
    has_computedfields,
)
from django_reckon.testing import isolated_registry
from tests.checks.declaring import checked, field, model
from tests.checks.writers import ANCHOR
from tests.computedapp.models import Shelf

if TYPE_CHECKING:
    from django.apps.registry import Apps


def test_field_on_a_plain_model_is_an_error(isolated: Apps) -> None:
    made = model("Poet", models.Model, line=field([]))

    (message,) = checked(made)

    assert (message.id, message.level, message.obj) == ("reckon.E010", ERROR, made)
    assert message.msg.startswith("'testapp.Poet.line' is a computed field on a model")
    assert "ComputedFieldsModel" in message.msg


def test_field_of_an_abstract_base_needs_the_base_class_in_the_end_only(
    isolated: Apps,
) -> None:
    base: Any = model("Base", models.Model, line=field([]), meta={"abstract": True})
    good = type("Good", (base, ComputedFieldsModel), {"__module__": __name__} | _META)
    bad = model("Bad", base)

    (message,) = checked(good, bad)

    assert (message.id, message.obj) == ("reckon.E010", bad)


_META: dict[str, Any] = {"Meta": type("Meta", (), {"app_label": "testapp"})}


def test_copy_of_another_models_field_is_a_plain_column(isolated: Apps) -> None:
    """Libraries that keep the history of a model copy its fields."""
    kept = copy(Shelf._meta.get_field("summary"))

    made = model("ShelfHistory", models.Model, summary=kept)

    assert checked(made) == []
    with isolated_registry(made):
        assert not has_computedfields(made)


def test_using_the_field_raises(isolated: Apps) -> None:
    made = model("Poet", models.Model, line=field([]))

    with isolated_registry(made), pytest.raises(ResolverException, match=r"Poet\.line"):
        compute(made(), "line")


def test_hint_leads_to_the_documentation(isolated: Apps) -> None:
    (message,) = checked(model("Poet", models.Model, line=field([])))

    assert message.hint is not None
    assert "django_reckon.models.ComputedFieldsModel" in message.hint
    assert ANCHOR.format(anchor="reckon-e010") in message.hint
