"""reckon.E009: computed fields depend on each other in a circle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.checks import ERROR
from django.db import models

from django_reckon.exceptions import CycleNodeException
from django_reckon.models import compute, update_computedfields
from django_reckon.testing import isolated_registry
from tests.checks.declaring import author, book, checked, field, model
from tests.checks.writers import ANCHOR

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from pytest_django import Settings


def _circle() -> tuple[Any, Any]:
    poet = author(fame=field([("poems", ["praise"])]))
    return poet, book(poet, praise=field([("poet", ["fame"])]))


def _tree() -> Any:
    parent: Any = models.ForeignKey("self", models.CASCADE, null=True)
    return model("Branch", parent=parent, path=field([("parent", ["path"])]))


def test_circle_over_two_models_is_an_error_told_once(isolated: Apps) -> None:
    poet, poem = _circle()

    (message,) = checked(poet, poem)

    assert (message.id, message.level) == ("reckon.E009", ERROR)
    assert message.obj in {poet, poem}
    assert "testapp.Poet.fame" in message.msg
    assert "testapp.Poem.praise" in message.msg


def test_circle_within_a_row_is_an_error(isolated: Apps) -> None:
    made = author(
        first=field([("self", ["second"])]), second=field([("self", ["first"])])
    )

    (message,) = checked(made)

    assert message.id == "reckon.E009"


def test_tree_is_an_error_unless_recursion_is_allowed(
    isolated: Apps, settings: Settings
) -> None:
    made = _tree()
    (message,) = checked(made)
    assert message.id == "reckon.E009"

    settings.COMPUTEDFIELDS_ALLOW_RECURSION = True

    assert checked(made) == []


def test_two_circles_are_two_errors(isolated: Apps) -> None:
    found = checked(*_circle(), _tree())

    assert [message.id for message in found] == ["reckon.E009"] * 2


def test_using_any_model_of_the_circle_names_it_in_order(isolated: Apps) -> None:
    poet, poem = _circle()

    with isolated_registry(poet, poem):
        for instance, name in ((poet(), "fame"), (poem(), "praise")):
            with pytest.raises(CycleNodeException) as caught:
                compute(instance, name)
            first, second, last = caught.value.cycle
            assert first == last
            assert {first, second} == {"testapp.Poet.fame", "testapp.Poem.praise"}


def test_field_that_depends_on_a_circle_can_be_used(isolated: Apps) -> None:
    poet, poem = _circle()
    reader = model(
        "Reader",
        poem=models.ForeignKey(poem, models.CASCADE),
        line=field([("self", ["id"])], compute=lambda row: "read"),
    )

    with isolated_registry(poet, poem, reader):
        row = reader()
        update_computedfields(row)

    assert row.line == "read"


def test_hint_leads_to_the_documentation(isolated: Apps) -> None:
    (message,) = checked(_tree())

    assert message.hint is not None
    assert "COMPUTEDFIELDS_ALLOW_RECURSION" in message.hint
    assert ANCHOR.format(anchor="reckon-e009") in message.hint
