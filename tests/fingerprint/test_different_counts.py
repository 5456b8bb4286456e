"""Querysets that do count differently have different keys, however much alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pytest
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    Exists,
    F,
    FilteredRelation,
    Func,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from typing_extensions import override

from tests.support.database import ALIASES
from tests.support.keys import key_of
from tests.support.twins import plain_count
from tests.testapp.models import Author, Book, Note, Order

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import QuerySet
    from django.db.models.sql.compiler import SQLCompiler

pytestmark = [
    pytest.mark.django_db(databases=[*ALIASES]),
    pytest.mark.usefixtures("library"),
]

Books: TypeAlias = "QuerySet[Any, Any]"
Make: TypeAlias = "Callable[[], Books]"


def _named(relation: str) -> Books:
    """Return books with a person's name; the table has one alias either way."""
    return Book.objects.annotate(who=F(f"{relation}__name"))


def _raw_name(name: str) -> RawSQL:
    return RawSQL("testapp_author.name = %s", [name], output_field=BooleanField())


class ByTemplate(Func):
    """An expression that names a column in its template only."""

    template = "COALESCE(testapp_author.name, %(expressions)s)"
    output_field = CharField()


class AsWritten(Value):
    """A value that goes into the statement as it is, as users do for constants."""

    @override
    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[str | int, ...]]:
        return str(self.value), ()


class Written(Subquery):
    """A subquery whose template names a table of the outer query."""

    template = "(%(subquery)s AND testapp_author.name = 'Bob')"


CHAR: Final = CharField()
# One that knows no stop words, and one that does.
LANGUAGES: Final = ("simple", "english")


def _by_template() -> Func:
    template = "COALESCE(testapp_author.name, %(expressions)s)"
    return Func(F("title"), template=template, output_field=CHAR)


def _same_book() -> Books:
    return Book.objects.filter(pk=OuterRef("pk")).values("pk")


def _written(books: Books) -> Subquery:
    return Subquery(books, template=Written.template)


def _exists_written(books: Books) -> Exists:
    return Exists(
        books, template="(EXISTS(%(subquery)s) AND testapp_author.name = 'Bob')"
    )


def _either(first: Books, second: Books) -> Exists:
    return Exists(first.union(second))


def _authors(**conditions: object) -> Books:
    return Author.objects.filter(**conditions)


def _with_relation(path: str, condition: Q) -> Books:
    chosen = FilteredRelation(path, condition=condition)
    return Book.objects.annotate(chosen=chosen, number=F("chosen__pk"))


def _paid_as_written_by_ann(relation: str) -> Q:
    """Return a condition on orders that reads the joined row of a person."""
    by_ann = When(**{f"{relation}__name": "Ann"}, then=True)
    return Q(orders__paid=Case(by_ann, default=False))


PAIRS: Final[dict[str, tuple[Make, Make]]] = {
    "filter_and_all": (
        lambda: Book.objects.filter(flag=True),
        lambda: Book.objects.all(),
    ),
    "exclude": (
        lambda: Book.objects.filter(flag=True),
        lambda: Book.objects.exclude(flag=True),
    ),
    "author_or_editor": (
        lambda: Book.objects.filter(author__name="Ann", pages__gt=100),
        lambda: Book.objects.filter(editor__name="Ann", pages__gt=100),
    ),
    "excluded_author_or_editor": (
        lambda: Book.objects.exclude(author__name="Bob"),
        lambda: Book.objects.exclude(editor__name="Bob"),
    ),
    "rows_repeated_by_orders": (
        lambda: Book.objects.filter(orders__paid=True),
        lambda: Book.objects.filter(orders__paid=True).distinct(),
    ),
    "rows_repeated_by_an_annotation": (
        lambda: Book.objects.annotate(order=F("orders__pk")),
        lambda: Book.objects.all(),
    ),
    "rows_repeated_by_values": (
        lambda: Book.objects.values("shelves__label"),
        lambda: Book.objects.values("author__name"),
    ),
    "rows_repeated_by_a_generic_relation": (
        lambda: Book.objects.annotate(text=F("notes__text")),
        lambda: Book.objects.all(),
    ),
    "rows_repeated_by_values_of_a_generic_relation": (
        lambda: Book.objects.values("notes__text"),
        lambda: Book.objects.values("title"),
    ),
    "rows_repeated_by_a_filter_beside_a_generic_relation": (
        lambda: Book.objects.filter(flag=True).annotate(text=F("notes__text")),
        lambda: Book.objects.filter(flag=True),
    ),
    "aggregate_beside_a_generic_relation": (
        lambda: Book.objects.annotate(n=Count("orders"), text=F("notes__text")),
        lambda: Book.objects.annotate(n=Count("orders")),
    ),
    "aggregate_beside_repeated_rows": (
        lambda: Book.objects.annotate(n=Count("orders"), label=F("shelves__label")),
        lambda: Book.objects.annotate(n=Count("orders")),
    ),
    "aggregate_beside_a_raw_column": (
        lambda: Book.objects.annotate(
            n=Count("orders"),
            order=RawSQL("testapp_order.id", [], output_field=IntegerField()),
        ),
        lambda: Book.objects.annotate(n=Count("orders")),
    ),
    "aggregate_beside_a_case_on_repeated_rows": (
        lambda: Book.objects.annotate(
            n=Count("orders"),
            kind=Case(When(orders__paid__in=[True], then=1), default=0),
        ),
        lambda: Book.objects.annotate(n=Count("orders")),
    ),
    "aggregate_after_and_before_a_filter": (
        lambda: Book.objects.filter(orders__paid=True).annotate(n=Count("orders")),
        lambda: Book.objects.filter(orders__paid=True),
    ),
    "having": (
        lambda: Book.objects.annotate(n=Count("orders")).filter(n=1),
        lambda: Book.objects.annotate(n=Count("orders")).filter(n=0),
    ),
    "raw_condition_on_a_joined_table": (
        lambda: _named("author").filter(_raw_name("Bob")),
        lambda: _named("editor").filter(_raw_name("Bob")),
    ),
    "extra_condition_on_a_joined_table": (
        lambda: _named("author").extra(where=["testapp_author.name = 'Bob'"]),
        lambda: _named("editor").extra(where=["testapp_author.name = 'Bob'"]),
    ),
    "extra_condition_on_an_unqualified_column": (
        lambda: _named("author").extra(where=["name = 'Bob'"]),
        lambda: _named("editor").extra(where=["name = 'Bob'"]),
    ),
    "raw_condition_beside_a_plain_one": (
        lambda: _named("author").filter(_raw_name("Ann"), pages__gt=100),
        lambda: _named("editor").filter(_raw_name("Ann"), pages__gt=100),
    ),
    "template_that_names_a_joined_table": (
        lambda: _named("author").alias(x=ByTemplate("title")).filter(x="Bob"),
        lambda: _named("editor").alias(x=ByTemplate("title")).filter(x="Bob"),
    ),
    "template_given_to_a_function": (
        lambda: _named("author").alias(x=_by_template()).filter(x="Bob"),
        lambda: _named("editor").alias(x=_by_template()).filter(x="Bob"),
    ),
    "template_of_a_subquery": (
        lambda: _named("author").filter(pk=Written(_same_book())),
        lambda: _named("editor").filter(pk=Written(_same_book())),
    ),
    "template_given_to_a_subquery": (
        lambda: _named("author").filter(pk=_written(_same_book())),
        lambda: _named("editor").filter(pk=_written(_same_book())),
    ),
    "template_given_to_exists": (
        lambda: _named("author").filter(_exists_written(_same_book())),
        lambda: _named("editor").filter(_exists_written(_same_book())),
    ),
    "value_that_is_sql": (
        lambda: _named("author").filter(who__gte=AsWritten("testapp_author.email")),
        lambda: _named("editor").filter(who__gte=AsWritten("testapp_author.email")),
    ),
    "value_that_is_sql_alone": (
        lambda: (
            _named("author")
            .alias(x=AsWritten("testapp_author.name", CHAR))
            .filter(x="Bob")
        ),
        lambda: (
            _named("editor")
            .alias(x=AsWritten("testapp_author.name", CHAR))
            .filter(x="Bob")
        ),
    ),
    "joined_column_in_a_list": (
        lambda: _named("author").filter(Q(title__gt="D") | Q(title__in=[F("who")])),
        lambda: _named("editor").filter(Q(title__gt="D") & Q(title__in=[F("who")])),
    ),
    "joined_column_in_a_range": (
        lambda: Book.objects.filter(Q(title__range=(F("author__name"), "C")) | Q(pk=0)),
        lambda: Book.objects.filter(Q(title__range=(F("editor__name"), "C")) | Q(pk=0)),
    ),
    "joined_column_in_a_coalesce": (
        lambda: Book.objects.filter(
            Q(title__gt=Coalesce(F("author__name"), "title")) | Q(pk=0)
        ),
        lambda: Book.objects.filter(
            Q(title__gt=Coalesce(F("editor__name"), "title")) | Q(pk=0)
        ),
    ),
    "outer_column_in_a_subquery": (
        lambda: Book.objects.filter(
            Exists(_authors(name=OuterRef("author__name"), edited__pages__gt=300))
        ),
        lambda: Book.objects.filter(
            Exists(_authors(name=OuterRef("editor__name"), edited__pages__gt=300))
        ),
    ),
    "outer_column_in_an_excluded_subquery": (
        lambda: Book.objects.filter(~Exists(_authors(name=OuterRef("author__name")))),
        lambda: Book.objects.filter(~Exists(_authors(name=OuterRef("editor__name")))),
    ),
    "outer_column_in_the_first_of_two_combined": (
        lambda: Book.objects.filter(
            _either(
                _authors(name=OuterRef("author__name"), pk__gt=0), _authors(name="x")
            )
        ),
        lambda: Book.objects.filter(
            _either(
                _authors(name=OuterRef("editor__name"), pk__gt=0), _authors(name="x")
            )
        ),
    ),
    "outer_column_in_the_second_of_two_combined": (
        lambda: _named("author").filter(
            _either(_authors(name="x"), _authors(name=OuterRef("who"), pk__gt=0))
        ),
        lambda: _named("editor").filter(
            _either(_authors(name="x"), _authors(name=OuterRef("who"), pk__gt=0))
        ),
    ),
    "relation_filtered_by_its_own_column": (
        lambda: _with_relation("orders", Q(orders__paid=True)),
        lambda: _with_relation("orders", Q(orders__paid=False)),
    ),
    "relation_filtered_by_another_table": (
        lambda: _with_relation("orders", _paid_as_written_by_ann("author")),
        lambda: _with_relation("orders", _paid_as_written_by_ann("editor")),
    ),
    "relation_filtered_and_required": (
        lambda: _with_relation("orders", Q(orders__paid=True)).filter(chosen__pk__gt=0),
        lambda: _with_relation("orders", Q(orders__paid=False)).filter(
            chosen__pk__gt=0
        ),
    ),
    "inner_condition_of_a_subquery": (
        lambda: Book.objects.filter(
            Exists(Order.objects.filter(book=OuterRef("pk"), paid=True))
        ),
        lambda: Book.objects.filter(
            Exists(Order.objects.filter(book=OuterRef("pk"), paid=False))
        ),
    ),
    "slices": (
        lambda: Book.objects.order_by("pk")[:2],
        lambda: Book.objects.order_by("pk")[:3],
    ),
    "slice_beyond_the_end": (
        lambda: Book.objects.all()[:100],
        lambda: Book.objects.all()[5:100],
    ),
    "grouping": (
        lambda: Book.objects.values("author").annotate(n=Count("pk")),
        lambda: Book.objects.values("printed").annotate(n=Count("pk")),
    ),
    "grouping_over_relations": (
        lambda: Book.objects.values("author__name").annotate(n=Count("pk")),
        lambda: Book.objects.values("editor__name").annotate(n=Count("pk")),
    ),
    "distinct_values": (
        lambda: Book.objects.values("author").distinct(),
        lambda: Book.objects.values("editor").distinct(),
    ),
    "union": (
        lambda: Book.objects.filter(flag=True).union(Book.objects.filter(pages=100)),
        lambda: Book.objects.filter(flag=True).union(Book.objects.filter(pages=200)),
    ),
    "union_all": (
        lambda: Book.objects.values("author").union(Book.objects.values("author")),
        lambda: Book.objects.values("author").union(
            Book.objects.values("author"), all=True
        ),
    ),
    "binary": (
        lambda: Book.objects.filter(cover=b"Alpha"),
        lambda: Book.objects.filter(cover=b"Alph"),
    ),
    "views": (
        lambda: Book.objects.filter(cover=memoryview(b"Alpha")),
        lambda: Book.objects.filter(cover=memoryview(b"Alph")),
    ),
    "json": (
        lambda: Book.objects.filter(details__year=2000),
        lambda: Book.objects.filter(details__year=2002),
    ),
    "generic_relation": (
        lambda: Book.objects.filter(notes__text="Note 0"),
        lambda: Book.objects.filter(notes__text="Note 1"),
    ),
    "databases": (
        lambda: Note.objects.using("default"),
        lambda: Note.objects.using("other"),
    ),
}


def _by_language_of(relation: str) -> Books:
    """Return what a search finds that takes a person's name for a language."""
    found = SearchVector("title", config=F(f"{relation}__name"))
    return Book.objects.annotate(found=found).filter(
        found=SearchQuery("the", config="simple")
    )


@pytest.mark.needs("text_search")
def test_language_of_a_search_is_part_of_the_key() -> None:
    simple, english = (Author.objects.create(name=name) for name in LANGUAGES)
    Author.objects.exclude(name__in=LANGUAGES).delete()
    Book.objects.create(title="The", author=simple, editor=english)

    assert plain_count(_by_language_of("author")) == 1
    assert plain_count(_by_language_of("editor")) == 0

    assert key_of(_by_language_of("author")) != key_of(_by_language_of("editor"))


@pytest.mark.parametrize(("first", "second"), PAIRS.values(), ids=PAIRS)
def test_different_counts_have_different_keys(first: Make, second: Make) -> None:
    assert plain_count(first()) != plain_count(second())

    assert key_of(first()) != key_of(second())
