"""reckon.E006: what a computed field was given for a field is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from django.core.checks import ERROR
from django.db import models

from django_reckon.exceptions import ResolverException
from django_reckon.models import ComputedField, computed
from django_reckon.testing import isolated_registry
from tests.checks.declaring import checked, field, model
from tests.checks.writers import ANCHOR

if TYPE_CHECKING:
    from django.apps.registry import Apps

GIVEN: Final = [
    pytest.param(5, "5", id="number"),
    pytest.param("text", "'text'", id="text"),
    pytest.param(models.TextField, "<class", id="class_of_a_field"),
]


@pytest.mark.parametrize(("given", "shown"), GIVEN)
def test_what_is_no_field_is_an_error(isolated: Apps, given: Any, shown: str) -> None:
    made = model("Poet", line=field(column=given))

    (message,) = checked(made)

    assert (message.id, message.level, message.obj) == ("reckon.E006", ERROR, made)
    assert message.msg.startswith(f"'testapp.Poet.line' was given {shown}")
    assert "models.TextField()" in message.msg


def test_declaration_in_the_other_style_is_an_error(isolated: Apps) -> None:
    made = model("Poet", line=ComputedField(None, compute=str))  # type: ignore[type-var]  # the mistake

    (message,) = checked(made)

    assert message.id == "reckon.E006"


def test_decorator_without_parentheses_is_an_error(isolated: Apps) -> None:
    """It takes the method for the field, and is left without a function."""

    def line(self: object) -> str:
        return "x"

    # Any: the mistake.
    bare: Any = line
    made = model("Poet", line=computed(bare))

    (message,) = checked(made)

    assert (message.id, message.obj) == ("reckon.E006", made)
    assert "was given <function" in message.msg


WRONG_CALLS: Final = [
    pytest.param({"query_size": 5}, "Did you mean 'querysize'?", id="misspelt"),
    pytest.param({"colour": 5}, "It takes field, depends,", id="unknown"),
]


@pytest.mark.parametrize(("options", "remedy"), WRONG_CALLS)
def test_arguments_that_python_refuses_are_an_error(
    isolated: Apps, options: dict[str, Any], remedy: str
) -> None:
    """Else the import of the models would fail, and mypy with it."""
    made = model("Poet", line=computed(models.TextField(), **options)(str))
    other = model("Bard", line=ComputedField(models.TextField(), **options))

    first, second = checked(made, other)

    assert (first.id, second.id) == ("reckon.E006", "reckon.E006")
    assert first.msg.startswith("'testapp.Poet.line' cannot be declared: ")
    assert "unexpected keyword argument" in first.msg
    assert remedy in first.msg
    assert second.msg.startswith("'testapp.Bard.line' cannot be declared: ")


def test_declaration_on_an_abstract_base_is_told_of_each_model(isolated: Apps) -> None:
    base: Any = model("Base", line=field(column=5), meta={"abstract": True})
    first, second = model("First", base), model("Second", base)

    found = checked(first, second)

    assert [message.obj for message in found] == [first, second]


def test_declaration_that_a_child_corrects_is_not_told(isolated: Apps) -> None:
    base: Any = model("Base", line=field(column=5), meta={"abstract": True})

    assert checked(model("Child", base, line=models.TextField())) == []


def test_child_of_another_table_has_its_parents_problem(isolated: Apps) -> None:
    parent: Any = model("Parent", line=field(column=5))
    child = model("Child", parent)

    with isolated_registry(parent, child):
        (message,) = checked(parent, child)

    assert message.obj is parent


def test_hint_leads_to_the_documentation(isolated: Apps) -> None:
    (message,) = checked(model("Poet", line=field(column=5)))

    assert message.hint is not None
    assert message.hint.startswith("Let the first argument be an instance")
    assert ANCHOR.format(anchor="reckon-e006") in message.hint


def test_value_can_be_neither_read_nor_set(isolated: Apps) -> None:
    made = model("Poet", line=field(column=5))
    poet = made()

    with pytest.raises(ResolverException, match=r"testapp\.Poet\.line"):
        _ = poet.line
    with pytest.raises(ResolverException, match=r"testapp\.Poet\.line"):
        poet.line = "text"


def test_model_has_no_such_column(isolated: Apps) -> None:
    made = model("Poet", line=field(column=5))

    assert [each.name for each in made._meta.get_fields()] == ["id"]
