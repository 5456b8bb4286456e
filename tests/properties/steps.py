"""Steps that a queryset can take, and querysets made of several of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from django.core.exceptions import FieldError
from django.db import NotSupportedError, models
from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    F,
    FilteredRelation,
    JSONField,
    Max,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Length, Upper
from hypothesis import strategies as st
from typing_extensions import override

from django_reckon.managers import FastCountQuerySet
from tests.testapp.models import Author, Book, Member, Note, Order, Shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Walk", "walks"]

# Querysets of any model, of rows of any type.
Rows: TypeAlias = Any
Step: TypeAlias = "Callable[[Rows], Rows]"


def _json_null() -> Any:
    """Return JSON's null; Django 6.1 has a name for it and warns of None."""
    named = getattr(models, "JSONNull", None)
    return named() if named else Value(None, JSONField())


def _sold(**conditions: object) -> Exists:
    return Exists(Order.objects.filter(book=OuterRef("pk"), **conditions))


def _of(relation: str) -> Exists:
    """Return a condition on the joined row of a person, read from a subquery."""
    return Exists(Author.objects.filter(name=OuterRef(f"{relation}__name"), pk__gt=1))


def _second(relation: str) -> Exists:
    """Return the same in the second of two combined subqueries."""
    nobody = Author.objects.filter(name="nobody")
    somebody = Author.objects.filter(name=OuterRef(f"{relation}__name"), pk__gt=1)
    return Exists(nobody.union(somebody))


BOOK: Final[dict[str, Step]] = {
    # Filters on columns of its own.
    "flag": lambda rows: rows.filter(flag=True),
    "not flag": lambda rows: rows.exclude(flag=True),
    "flag or thin": lambda rows: rows.filter(Q(flag=True) | Q(pages=1)),
    "flag xor thin": lambda rows: rows.filter(Q(flag=True) ^ Q(pages=1)),
    "not both": lambda rows: rows.filter(~Q(flag=True, pages=1)),
    "pages in": lambda rows: rows.filter(pages__in=[1, 2]),
    "pages range": lambda rows: rows.filter(pages__range=(1, 2)),
    "pages gt": lambda rows: rows.filter(pages__gt=1),
    "pages gte": lambda rows: rows.filter(pages__gte=1),
    "title": lambda rows: rows.filter(title="Ann"),
    "title contains": lambda rows: rows.filter(title__icontains="a"),
    "printed": lambda rows: rows.filter(printed=None),
    "not printed": lambda rows: rows.exclude(printed=None),
    "year": lambda rows: rows.filter(printed__year=2000),
    "json number": lambda rows: rows.filter(details__a=1),
    "json text": lambda rows: rows.filter(details__a="1"),
    "json object": lambda rows: rows.filter(details={"a": 1}),
    "json null": lambda rows: rows.filter(details=_json_null()),
    "json key": lambda rows: rows.filter(details__has_key="a"),
    "cover": lambda rows: rows.filter(cover=b"a"),
    "cover view": lambda rows: rows.filter(cover=memoryview(b"b")),
    "nothing": lambda rows: rows.filter(pages__in=[]),
    "everything": lambda rows: rows.filter(~Q(pk__in=[])),
    # Filters over foreign keys.
    "author": lambda rows: rows.filter(author=1),
    "author name": lambda rows: rows.filter(author__name="Ann"),
    "editor name": lambda rows: rows.filter(editor__name="Ann"),
    "not author name": lambda rows: rows.exclude(author__name="Ann"),
    "not editor name": lambda rows: rows.exclude(editor__name="Ann"),
    "no editor": lambda rows: rows.filter(editor=None),
    "own author": lambda rows: rows.filter(author=F("editor")),
    "author or editor": lambda rows: rows.filter(
        Q(author__name="Ann") | Q(editor__name="Ann")
    ),
    "titled by author": lambda rows: rows.filter(title=F("author__name")),
    "titled by editor": lambda rows: rows.filter(title=F("editor__name")),
    "titled by author or flag": lambda rows: rows.filter(
        Q(title__in=[F("author__name"), "x"]) | Q(flag=True)
    ),
    "titled by editor or flag": lambda rows: rows.filter(
        Q(title__in=[F("editor__name"), "x"]) | Q(flag=True)
    ),
    "after author": lambda rows: rows.filter(
        Q(title__gt=Coalesce(F("author__name"), "title")) | Q(flag=True)
    ),
    "after editor": lambda rows: rows.filter(
        Q(title__gt=Coalesce(F("editor__name"), "title")) | Q(flag=True)
    ),
    # Filters over many.
    "paid": lambda rows: rows.filter(orders__paid=True),
    "paid in one": lambda rows: rows.filter(orders__paid=True, orders__pk__gt=3),
    "not paid": lambda rows: rows.exclude(orders__paid=True),
    "no orders": lambda rows: rows.filter(orders=None),
    "orders": lambda rows: rows.filter(orders__isnull=False),
    "shelf": lambda rows: rows.filter(shelves__label="Left"),
    "not shelf": lambda rows: rows.exclude(shelves__label="Left"),
    "shelf or flag": lambda rows: rows.filter(Q(shelves__label="Left") | Q(flag=True)),
    "siblings": lambda rows: rows.filter(author__books__flag=True),
    "note": lambda rows: rows.filter(notes__text="Ann"),
    # Subqueries.
    "sold": lambda rows: rows.filter(_sold()),
    "not sold": lambda rows: rows.filter(~_sold(paid=True)),
    "author in": lambda rows: rows.filter(
        author__in=Author.objects.filter(edited__flag=True)
    ),
    "exists author": lambda rows: rows.filter(_of("author")),
    "exists editor": lambda rows: rows.filter(_of("editor")),
    "exists second author": lambda rows: rows.filter(_second("author")),
    "exists second editor": lambda rows: rows.filter(_second("editor")),
    # Annotations that change nothing.
    "+upper": lambda rows: rows.annotate(upper=Upper("title")),
    "+value": lambda rows: rows.annotate(value=Value(1)),
    "+author": lambda rows: rows.annotate(who=F("author__name")),
    "+editor": lambda rows: rows.annotate(whom=F("editor__name")),
    "+sold": lambda rows: rows.annotate(sold=_sold()),
    "+latest": lambda rows: rows.annotate(
        latest=Subquery(Order.objects.filter(book=OuterRef("pk")).values("pk")[:1])
    ),
    "alias editor": lambda rows: rows.alias(aka=F("editor__name")),
    # Annotations that repeat rows.
    "+order": lambda rows: rows.annotate(order=F("orders__pk")),
    "+shelf": lambda rows: rows.annotate(label=Upper("shelves__label")),
    "+sibling": lambda rows: rows.annotate(sibling=F("author__books__pk")),
    "+cousin": lambda rows: rows.annotate(cousin=F("editor__edited__pk")),
    "+note": lambda rows: rows.annotate(text=F("notes__text")),
    "alias order": lambda rows: rows.alias(alias_order=F("orders__pk")),
    "+paid relation": lambda rows: rows.annotate(
        paid=FilteredRelation("orders", condition=Q(orders__paid=True)),
        paid_pk=F("paid__pk"),
    ),
    "+relation by author": lambda rows: rows.annotate(
        mine=FilteredRelation("orders", condition=_by_ann("author")),
        mine_pk=F("mine__pk"),
    ),
    "+relation by editor": lambda rows: rows.annotate(
        mine=FilteredRelation("orders", condition=_by_ann("editor")),
        mine_pk=F("mine__pk"),
    ),
    # Annotations that group.
    "+count": lambda rows: rows.annotate(count=Count("orders")),
    "+count distinct": lambda rows: rows.annotate(
        several=Count("shelves", distinct=True)
    ),
    "+sum": lambda rows: rows.annotate(sum=Sum("author__books__pages")),
    "alias max": lambda rows: rows.alias(max=Max("orders__pk")),
    "+case": lambda rows: rows.annotate(
        kind=Case(When(shelves__label="Left", then=1), default=0)
    ),
    "+raw order": lambda rows: rows.annotate(raw=RawSQL("testapp_order.paid", [])),
    # Filters on annotations.
    "upper": lambda rows: rows.filter(upper="ANN"),
    "who": lambda rows: rows.filter(who="Ann"),
    "whom": lambda rows: rows.filter(whom="Ann"),
    "aka": lambda rows: rows.filter(aka="Ann"),
    "counted": lambda rows: rows.filter(count__gt=0),
    "counted one": lambda rows: rows.filter(count=1),
    "counted or flag": lambda rows: rows.filter(Q(count=1) | Q(flag=True)),
    "was sold": lambda rows: rows.filter(sold=True),
    "max": lambda rows: rows.exclude(max=None),
    "order gt": lambda rows: rows.filter(order__gt=3),
    "length": lambda rows: rows.filter(Q(title__in=["Ann"]) | Q(pages=Length("title"))),
    # Raw SQL.
    "raw name": lambda rows: rows.filter(
        RawSQL("testapp_author.name = %s", ["Ann"], output_field=BooleanField())
    ),
    "extra name": lambda rows: rows.extra(where=["testapp_author.name = 'Ann'"]),
    "extra pages": lambda rows: rows.extra(
        where=["testapp_book.pages = %s"], params=[1]
    ),
    "extra table": lambda rows: rows.extra(tables=["testapp_note"]),
    # Columns.
    "only": lambda rows: rows.only("title"),
    "values": lambda rows: rows.values("title"),
    "values flag": lambda rows: rows.values("flag"),
    "values author": lambda rows: rows.values("author__name"),
    "values editor": lambda rows: rows.values("editor__name"),
    "values orders": lambda rows: rows.values("orders__paid"),
    "values list": lambda rows: rows.values_list("pages", flat=True),
    "related": lambda rows: rows.select_related("author", "editor"),
    "prefetch": lambda rows: rows.prefetch_related("orders"),
    # The rest.
    "order title": lambda rows: rows.order_by("title"),
    "order author": lambda rows: rows.order_by("author__name"),
    "order editor": lambda rows: rows.order_by("-editor__name"),
    "order orders": lambda rows: rows.order_by("orders__paid"),
    "order nothing": lambda rows: rows.order_by(),
    "reverse": lambda rows: rows.reverse(),
    "distinct": lambda rows: rows.distinct(),
    "first two": lambda rows: rows[:2],
    "from third": lambda rows: rows[2:],
    "middle": lambda rows: rows[1:4],
    "union flag": lambda rows: rows.union(Book.objects.filter(flag=True)),
    "union all": lambda rows: rows.union(Book.objects.filter(flag=True), all=True),
    "or flag": lambda rows: rows | Book.objects.filter(flag=True),
    "and flag": lambda rows: rows & Book.objects.filter(flag=True),
    "compiled": lambda rows: _compiled(rows),
}
ORDER: Final[dict[str, Step]] = {
    "paid": lambda rows: rows.filter(paid=True),
    "not paid": lambda rows: rows.exclude(paid=True),
    "author": lambda rows: rows.filter(book__author__name="Ann"),
    "editor": lambda rows: rows.filter(book__editor__name="Ann"),
    "no editor": lambda rows: rows.filter(book__editor=None),
    "shelf": lambda rows: rows.filter(book__shelves__label="Left"),
    "not shelf": lambda rows: rows.exclude(book__shelves__label="Left"),
    "titled": lambda rows: rows.filter(book__title=F("book__author__name")),
    "titled or paid": lambda rows: rows.filter(
        Q(book__title=F("book__editor__name")) | Q(paid=True)
    ),
    "+author": lambda rows: rows.annotate(who=F("book__author__name")),
    "+editor": lambda rows: rows.annotate(whom=F("book__editor__name")),
    "+shelf": lambda rows: rows.annotate(label=F("book__shelves__label")),
    "+note": lambda rows: rows.annotate(text=F("book__notes__text")),
    "+sibling": lambda rows: rows.annotate(other=F("book__orders__pk")),
    "+count": lambda rows: rows.annotate(count=Count("book__shelves")),
    "who": lambda rows: rows.filter(who="Ann"),
    "counted": lambda rows: rows.filter(count__gt=0),
    "values": lambda rows: rows.values("book__author"),
    "values editor": lambda rows: rows.values("book__editor__name"),
    "order": lambda rows: rows.order_by("book__title"),
    "related": lambda rows: rows.select_related("book__author"),
    "distinct": lambda rows: rows.distinct(),
    "first two": lambda rows: rows[:2],
    "compiled": lambda rows: _compiled(rows),
}
SHELF: Final[dict[str, Step]] = {
    "label": lambda rows: rows.filter(label="Left"),
    "book": lambda rows: rows.filter(books__flag=True),
    "not book": lambda rows: rows.exclude(books__flag=True),
    "empty": lambda rows: rows.filter(books=None),
    "author": lambda rows: rows.filter(books__author__name="Ann"),
    "editor": lambda rows: rows.filter(books__editor__name="Ann"),
    "+title": lambda rows: rows.annotate(title=F("books__title")),
    "+author": lambda rows: rows.annotate(who=F("books__author__name")),
    "+order": lambda rows: rows.annotate(order=F("books__orders__pk")),
    "+count": lambda rows: rows.annotate(count=Count("books")),
    "+deep count": lambda rows: rows.annotate(deep=Count("books__orders")),
    "counted": lambda rows: rows.filter(count__gt=2),
    "values": lambda rows: rows.values("books__flag"),
    "distinct": lambda rows: rows.distinct(),
    "order": lambda rows: rows.order_by("books__title"),
    "first two": lambda rows: rows[:2],
}
NOTE: Final[dict[str, Step]] = {
    "text": lambda rows: rows.filter(text="Ann"),
    "kind": lambda rows: rows.filter(content_type__model="book"),
    "other kind": lambda rows: rows.filter(content_type__model="author"),
    "+kind": lambda rows: rows.annotate(kind=F("content_type__model")),
    "values": lambda rows: rows.values("text"),
    "group": lambda rows: rows.values("object_id").annotate(n=Count("pk")),
    "distinct": lambda rows: rows.distinct(),
    "first two": lambda rows: rows[:2],
}
MEMBER: Final[dict[str, Step]] = {
    "name": lambda rows: rows.filter(name="Ann"),
    "since": lambda rows: rows.filter(since=1),
    "not name": lambda rows: rows.exclude(name="Ann"),
    "+name": lambda rows: rows.annotate(called=F("name")),
    "called": lambda rows: rows.filter(called="Ann"),
    "+upper": lambda rows: rows.annotate(upper=Upper("name")),
    "values": lambda rows: rows.values("name"),
    "order": lambda rows: rows.order_by("name"),
    "only": lambda rows: rows.only("since"),
    "distinct": lambda rows: rows.distinct(),
    "first two": lambda rows: rows[:2],
}
MODELS: Final[Mapping[str, tuple[Any, dict[str, Step]]]] = {
    "Book": (Book.objects, BOOK),
    "Order": (Order.objects, ORDER),
    "Shelf": (Shelf.objects, SHELF),
    "Note": (Note.objects, NOTE),
    "Member": (Member.members, MEMBER),
}
# Steps that have to do with one another meet more often among themselves.
THEMES: Final = (
    re.compile(""),
    re.compile("author|editor|who|aka|name|titled|after|relation"),
    re.compile("order|paid|count|sold|shel|label|note|sum|max|kind|sibling|case"),
    re.compile("count|distinct|values|first|union|or flag|order|sum|paid"),
)
# What Django says of steps that do not follow one another.
_REFUSALS: Final = (
    AssertionError,
    AttributeError,
    FieldError,
    NotSupportedError,
    TypeError,
    ValueError,
)


def _by_ann(relation: str) -> Q:
    """Return a condition on orders that reads the joined row of a person."""
    by_ann = When(**{f"{relation}__name": "Ann"}, then=True)
    return Q(orders__paid=Case(by_ann, default=False))


def _compiled(rows: Rows) -> Rows:
    """Leave in the query what compiling leaves behind."""
    str(rows.query)
    return rows


@dataclass(frozen=True, slots=True)
class Walk:
    """A queryset as the names of its steps, so that a failure can be read."""

    model: str
    steps: tuple[str, ...]

    @override
    def __str__(self) -> str:
        return ".".join([self.model, *(f"[{step}]" for step in self.steps)])

    def queryset(self) -> Rows:
        """Return the queryset; a step that Django refuses is left out."""
        manager, table = MODELS[self.model]
        rows = manager.all()
        for step in self.steps:
            try:
                taken = table[step](rows)
            except _REFUSALS:
                continue
            # Combining a slice gives a queryset of Django's base manager.
            if isinstance(taken, FastCountQuerySet):
                rows = taken
        return rows


def _swapped(walk: Walk) -> Walk:
    """Return the walk that goes by the editor where this one goes by the author."""
    table = MODELS[walk.model][1]
    steps = []
    for step in walk.steps:
        other = "whom" if step == "who" else step.replace("author", "editor")
        steps.append(other if other in table else step)
    return Walk(walk.model, tuple(steps))


@st.composite
def walks(draw: st.DrawFn) -> list[Walk]:
    """
    Return a few querysets that differ in a step or two from one another.

    Each has a twin over the other foreign key to the same table, for these are what a
    key that sees too little takes for one.
    """
    model = draw(st.sampled_from(["Book"] * 6 + list(MODELS)))
    theme = draw(st.sampled_from(THEMES))
    table = MODELS[model][1]
    names = st.sampled_from([name for name in table if theme.search(name)] or [*table])
    trunk = draw(st.lists(names, max_size=5))
    found = [Walk(model, tuple(trunk)), Walk(model, ())]
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(trunk)))
        kept = draw(st.integers(0, 1))
        changed = [*trunk[:at], *draw(st.lists(names, max_size=2)), *trunk[at + kept :]]
        found.append(Walk(model, tuple(changed)))
    return list(dict.fromkeys([*found, *map(_swapped, found)]))
