"""reckon.E007: a rule or an option of a computed field is malformed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from django.core.checks import ERROR
from django.db import models

from tests.checks.declaring import author, checked, field
from tests.checks.writers import ANCHOR

if TYPE_CHECKING:
    from django.apps.registry import Apps

RULES: Final = [
    pytest.param("self", "'self'", id="text"),
    pytest.param(5, "5", id="number"),
    pytest.param({"self": ["name"]}, "{'self': ['name']}", id="dict"),
    pytest.param(["self"], "'self'", id="relation_alone"),
    pytest.param([("self",)], "('self',)", id="no_columns"),
    pytest.param([("self", [])], "('self', [])", id="empty_columns"),
    pytest.param([("self", "name")], "('self', 'name')", id="column_as_text"),
    pytest.param([("self", [5])], "('self', [5])", id="number_as_column"),
    pytest.param([(None, ["name"])], "(None, ['name'])", id="none_as_relation"),
    pytest.param([("self", ["name"], 1)], "('self', ['name'], 1)", id="three_parts"),
    pytest.param(("self", ["name"]), "'self'", id="rule_without_list"),
]
OPTIONS: Final = [
    pytest.param("compute", None, "a function", id="no_function"),
    pytest.param("select_related", 5, "names of relations", id="number_to_select"),
    pytest.param("select_related", [5], "names of relations", id="numbers_to_select"),
    pytest.param("prefetch_related", 5, "Prefetch objects", id="number_to_fetch"),
    pytest.param("prefetch_related", [None], "Prefetch objects", id="none_to_fetch"),
    pytest.param("querysize", 0, "a whole number from 1", id="no_rows"),
    pytest.param("querysize", "9", "a whole number from 1", id="text_as_size"),
    pytest.param("default_on_create", 1, "True or False", id="number_as_flag"),
]


@pytest.mark.parametrize(("depends", "shown"), RULES)
def test_malformed_rule_is_an_error(isolated: Apps, depends: Any, shown: str) -> None:
    made = author(line=field(depends))

    (message,) = checked(made)

    assert (message.id, message.level, message.obj) == ("reckon.E007", ERROR, made)
    assert message.msg.startswith(f"'testapp.Poet.line' depends on {shown}, which")


@pytest.mark.parametrize(("option", "value", "wanted"), OPTIONS)
def test_malformed_option_is_an_error(
    isolated: Apps, option: str, value: Any, wanted: str
) -> None:
    made = author(line=field([("self", ["name"])], **{option: value}))

    (message,) = checked(made)

    assert (message.id, message.level, message.obj) == ("reckon.E007", ERROR, made)
    assert message.msg.startswith(f"'testapp.Poet.line' has {option}=")
    assert wanted in message.msg


def test_lists_and_tuples_are_rules_alike(isolated: Apps) -> None:
    made = author(
        first=field([["self", ["name"]]]), second=field((("self", ("name",)),))
    )

    assert checked(made) == []


def test_prefetch_object_is_a_lookup(isolated: Apps) -> None:
    lookup: Any = models.Prefetch("poems", to_attr="all_poems")

    assert checked(author(line=field([], prefetch_related=lookup))) == []


def test_hint_leads_to_the_documentation(isolated: Apps) -> None:
    (message,) = checked(author(line=field("self")))

    assert message.hint is not None
    assert message.hint.startswith("Correct the declaration")
    assert ANCHOR.format(anchor="reckon-e007") in message.hint
