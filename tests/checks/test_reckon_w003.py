"""reckon.W003: a computed field depends on rows over what the database changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.checks import WARNING
from django.db import models

from tests.checks.declaring import author, book, checked, field, model
from tests.checks.writers import ANCHOR

if TYPE_CHECKING:
    from django.apps.registry import Apps

pytestmark = pytest.mark.skipif(
    not hasattr(models, "DB_CASCADE"), reason="Django before 6.1 has no DB_CASCADE."
)


def _key(to: Any, action: str, **options: Any) -> Any:
    return models.ForeignKey(to, getattr(models, action), db_default=1, **options)


@pytest.mark.parametrize("action", ["DB_CASCADE", "DB_SET_NULL", "DB_SET_DEFAULT"])
def test_rows_that_the_database_takes_away_are_a_warning(
    isolated: Apps, action: str
) -> None:
    poet = author(size=field([("poems", ["title"])]))
    book(poet, poet=_key(poet, action, null=True, related_name="poems"))

    (message,) = checked(poet)

    assert (message.id, message.level, message.obj) == ("reckon.W003", WARNING, poet)
    assert message.msg == (
        "'testapp.Poet.size' depends on rows over 'testapp.Poem.poet', which leaves "
        f"them to the database by {action}."
    )


def test_key_in_the_row_itself_is_a_warning(isolated: Apps) -> None:
    poet = author()
    poem = book(
        poet,
        poet=_key(poet, "DB_SET_NULL", null=True),
        line=field([("poet", ["name"])]),
    )

    (message,) = checked(poem)

    assert message.id == "reckon.W003"


def test_through_model_is_looked_at(isolated: Apps) -> None:
    poet = author()
    made = book(
        poet,
        readers=models.ManyToManyField(poet, through="Reading", related_name="+"),
        line=field([("readers", ["name"])]),
    )
    model(
        "Reading",
        models.Model,
        poem=models.ForeignKey(made, models.CASCADE),
        poet=_key(poet, "DB_CASCADE"),
    )

    (message,) = checked(made)

    assert "'testapp.Reading.poet'" in message.msg


def test_relation_of_two_rules_is_told_once(isolated: Apps) -> None:
    poet = author(size=field([("poems", ["title"]), ("poems.poet", ["name"])]))
    book(poet, poet=_key(poet, "DB_CASCADE", related_name="poems"))

    assert len(checked(poet)) == 1


def test_relation_that_no_rule_follows_is_not_told(isolated: Apps) -> None:
    poet = author(line=field([("self", ["name"])]))
    book(poet, poet=_key(poet, "DB_CASCADE"))

    assert checked(poet) == []


def test_hint_leads_to_the_documentation(isolated: Apps) -> None:
    poet = author(size=field([("poems", ["title"])]))
    book(poet, poet=_key(poet, "DB_CASCADE", related_name="poems"))

    (message,) = checked(poet)

    assert message.hint is not None
    assert "update_dependent()" in message.hint
    assert ANCHOR.format(anchor="reckon-w003") in message.hint
