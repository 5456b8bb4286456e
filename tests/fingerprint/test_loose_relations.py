"""Relations that the database does not vouch for may drop or repeat rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from django.apps.registry import Apps
from django.db import models
from django.db.models import F

from django_reckon.managers import FastCountManager
from tests.support.database import ALIASES
from tests.support.keys import key_of
from tests.support.twins import plain_count
from tests.testapp.models import Author, Book

# From one model to a relation that leads to it.
Relate: TypeAlias = Callable[[Any], Any]

pytestmark = [
    pytest.mark.django_db(databases=[*ALIASES]),
    pytest.mark.usefixtures("library"),
]


def _books(relate: Relate, *, managed: bool) -> Any:
    """
    Return a model over the books, related to one over the authors.

    Both stand in a registry of their own. Any: the relation is the test's own.
    """
    options = {"app_label": "testapp", "apps": Apps(), "managed": managed}

    def over(table: type[models.Model], **attributes: object) -> Any:
        meta = type("Meta", (), {**options, "db_table": table._meta.db_table})
        attributes |= {"__module__": __name__, "Meta": meta}
        attributes["objects"] = FastCountManager[Any]()
        return type(f"Loose{table.__name__}", (models.Model,), attributes)

    author = over(Author, name=models.CharField(max_length=100))
    title = models.CharField(max_length=200)
    return over(Book, title=title, someone=relate(author))


def _number_of_pages(author: Any) -> Any:
    """Return a foreign key whose values lead nowhere."""
    return models.ForeignKey(author, models.DO_NOTHING, db_column="pages")


def _unconstrained(author: Any) -> Any:
    return models.ForeignKey(
        author, models.DO_NOTHING, db_column="pages", db_constraint=False
    )


def _namesake(author: Any) -> Any:
    """Return a relation to every author whose name is the title."""
    return models.ForeignObject(
        author, models.DO_NOTHING, from_fields=["title"], to_fields=["name"], null=True
    )


@pytest.mark.parametrize(
    ("relate", "managed"),
    [
        pytest.param(_unconstrained, True, id="no_constraint"),
        # Views, and tables of others, have whatever constraints they have.
        pytest.param(_number_of_pages, False, id="unmanaged_model"),
    ],
)
def test_key_that_may_lead_nowhere_is_not_all(relate: Relate, *, managed: bool) -> None:
    books = _books(relate, managed=managed).objects.all()
    related = books.annotate(name=F("someone__name"))
    assert plain_count(related) != plain_count(books)

    assert key_of(related) != key_of(books)


def test_relation_to_several_rows_is_not_all() -> None:
    """A ForeignObject may point to columns that nothing keeps unique."""
    for name in ("Alpha", "Alpha"):
        Author.objects.create(name=name)
    books = _books(_namesake, managed=True).objects.all()
    related = books.annotate(name=F("someone__pk"))
    assert plain_count(related) != plain_count(books)

    assert key_of(related) != key_of(books)
