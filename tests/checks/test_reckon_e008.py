"""reckon.E008: a rule names no relation or column that can be followed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.core.checks import ERROR
from django.db import models

from django_reckon.exceptions import UnknownDependencyError
from django_reckon.models import compute
from django_reckon.testing import isolated_registry
from tests.checks.declaring import author, book, checked, field, model
from tests.checks.writers import ANCHOR

if TYPE_CHECKING:
    from django.apps.registry import Apps

UNKNOWN: Final = [
    pytest.param(("poem", ["title"]), "Did you mean 'poems'?", id="relation"),
    pytest.param(("self", ["nam"]), "Did you mean 'name'?", id="column"),
    pytest.param(("poems", ["titel"]), "Did you mean 'title'?", id="far_column"),
    pytest.param(("poems.poets", ["name"]), "Did you mean 'poet'?", id="far_relation"),
    pytest.param(("zzz", ["name"]), "Choose from poems.", id="nothing_like_it"),
    pytest.param(("name", ["id"]), "a column, not a relation", id="column_as_relation"),
    pytest.param(("self", ["poems"]), "no column but a relation", id="relation_column"),
]


@pytest.mark.parametrize(("rule", "words"), UNKNOWN)
def test_name_that_is_not_there_is_an_error(
    isolated: Apps, rule: Any, words: str
) -> None:
    made = author(line=field([rule]))
    book(made)

    (message,) = checked(made)

    assert (message.id, message.level, message.obj) == ("reckon.E008", ERROR, made)
    assert message.msg.startswith("Dependency of 'testapp.Poet.line': ")
    assert words in message.msg


def test_generic_foreign_key_is_an_error(isolated: Apps) -> None:
    made = model(
        "Remark",
        kind=models.IntegerField(),
        number=models.IntegerField(),
        about=GenericForeignKey("kind", "number"),
        line=field([("about", ["name"])]),
    )

    (message,) = checked(made)

    assert message.id == "reckon.E008"
    assert "a GenericForeignKey, which leads to no one model" in message.msg


def test_generic_relation_over_columns_that_are_not_there_is_an_error(
    isolated: Apps,
) -> None:
    target = model("Target", name=models.TextField())
    made = model(
        "Owner", notes=GenericRelation(target), line=field([("notes", ["name"])])
    )

    (message,) = checked(made)

    assert message.id == "reckon.E007"
    assert "testapp.Owner.line" in message.msg


def test_relation_to_a_model_that_is_not_installed_is_an_error(isolated: Apps) -> None:
    """Django's own check tells of the relation; ours must not keep it from starting."""
    made = author(
        to=models.ForeignKey("nowhere.Model", models.CASCADE),
        line=field([("to", ["name"])]),
    )

    (message,) = checked(made)

    assert message.id == "reckon.E008"
    assert "'nowhere.Model', a model that is not installed" in message.msg


def test_many_to_many_over_a_model_that_is_not_installed_is_an_error(
    isolated: Apps,
) -> None:
    poet = author()
    made = book(
        poet,
        readers=models.ManyToManyField(poet, through="nowhere.Reading"),
        line=field([("readers", ["name"])]),
    )

    (message,) = checked(made)

    assert message.id == "reckon.E008"
    assert "'nowhere.Reading', a model that is not installed" in message.msg


def test_error_tells_path_and_model(isolated: Apps) -> None:
    made = author(line=field([("poems", ["titel"])]))
    book(made)

    with (
        isolated_registry(made),
        pytest.raises(UnknownDependencyError) as caught,
    ):
        compute(made(), "line")

    assert (caught.value.path, caught.value.model) == ("poems", "testapp.Poem")


def test_hint_leads_to_the_documentation(isolated: Apps) -> None:
    (message,) = checked(author(line=field([("self", ["nam"])])))

    assert message.hint is not None
    assert message.hint.startswith("Name relations and columns that are there")
    assert ANCHOR.format(anchor="reckon-e008") in message.hint
