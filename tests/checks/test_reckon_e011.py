"""reckon.E011: a computed field on a proxy model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.checks import ERROR

from django_reckon.exceptions import ResolverException
from django_reckon.models import compute, get_computedfields
from django_reckon.testing import isolated_registry
from tests.checks.declaring import author, checked, field, model
from tests.checks.writers import ANCHOR

if TYPE_CHECKING:
    from django.apps.registry import Apps


def _proxy(poet: Any) -> Any:
    return model("Alias", poet, line=field([]), meta={"proxy": True})


def test_field_on_a_proxy_is_an_error(isolated: Apps) -> None:
    made = _proxy(author())

    (message,) = checked(made)

    assert (message.id, message.level, message.obj) == ("reckon.E011", ERROR, made)
    assert message.msg.startswith("'testapp.Alias.line' is a computed field on a proxy")
    assert "'testapp.Poet'" in message.msg


def test_inherited_field_is_none_of_the_proxys(isolated: Apps) -> None:
    poet = author(line=field([("self", ["name"])]))
    made = model("Alias", poet, meta={"proxy": True})

    assert checked(poet, made) == []
    with isolated_registry(poet, made):
        assert list(get_computedfields(made)) == ["line"]


def test_using_the_proxy_raises_and_its_model_is_well(isolated: Apps) -> None:
    poet = author(upper=field([("self", ["name"])], compute=lambda row: row.name * 2))
    made = _proxy(poet)

    with isolated_registry(poet, made):
        with pytest.raises(ResolverException, match=r"Alias\.line"):
            compute(made(), "upper")

        assert compute(poet(name="x"), "upper") == "xx"


def test_hint_leads_to_the_documentation(isolated: Apps) -> None:
    (message,) = checked(_proxy(author()))

    assert message.hint is not None
    assert message.hint.startswith("Declare the field on the model that has the table")
    assert ANCHOR.format(anchor="reckon-e011") in message.hint
