"""From rules to edges: what makes a field stale, and where its rows are found."""

from __future__ import annotations

from typing import Any

import pytest

from django_reckon.computed.rules.edges import edges_of
from django_reckon.computed.rules.paths import columns_of, hops_of
from django_reckon.exceptions import UnknownDependencyError
from tests.computedapp.models import (
    Branch,
    Copy,
    Hall,
    Loan,
    Member,
    Note,
    Publisher,
    Room,
    Shelf,
    Tag,
    Title,
)

# Source, columns, the column that holds keys, and what leads there from a target.
Found = set[tuple[Any, tuple[str, ...], str | None, str]]
SHELVED: Any = Tag.titles.through


def _edges(model: Any, path: str, *names: str) -> Found:
    hops = hops_of(model, path)
    columns = columns_of(hops[-1].target if hops else model, names, path)
    return {
        (edge.source, tuple(sorted(edge.columns)), edge.via, edge.lookup)
        for edge in edges_of(model, "field", hops, columns)
    }


RULES: list[tuple[str, Any, str, list[str], Found]] = [
    ("self", Copy, "self", ["price"], {(Copy, ("price",), None, "pk")}),
    ("empty_path", Copy, "", ["price"], {(Copy, ("price",), None, "pk")}),
    ("attname", Copy, "self", ["shelf_id"], {(Copy, ("shelf",), None, "pk")}),
    (
        "forward",
        Title,
        "publisher",
        ["name"],
        {
            (Title, ("publisher",), None, "pk"),
            (Publisher, ("name",), None, "publisher__pk"),
        },
    ),
    (
        "reverse",
        Shelf,
        "copies",
        ["price"],
        {(Copy, ("price", "shelf"), "shelf", "pk")},
    ),
    (
        "reverse_forward",
        Shelf,
        "copies.title",
        ["line"],
        {
            (Copy, ("shelf", "title"), "shelf", "pk"),
            (Title, ("line",), None, "copies__title__pk"),
        },
    ),
    (
        "forward_reverse",
        Copy,
        "title.loans",
        ["days"],
        {
            (Copy, ("title",), None, "pk"),
            (Loan, ("days", "title"), "title", "title__pk"),
        },
    ),
    (
        "reverse_reverse",
        Publisher,
        "titles.copies",
        ["price"],
        {
            (Title, ("publisher",), "publisher", "pk"),
            (Copy, ("price", "title"), "title", "titles__pk"),
        },
    ),
    (
        "many",
        Tag,
        "titles",
        ["name"],
        {
            (SHELVED, ("tag", "title"), "tag", "pk"),
            (Title, ("name",), None, "titles__pk"),
        },
    ),
    (
        "many_backwards",
        Title,
        "tags",
        ["word"],
        {
            (SHELVED, ("tag", "title"), "title", "pk"),
            (Tag, ("word",), None, "tagged__pk"),
        },
    ),
    (
        "many_by_query_name",
        Title,
        "tagged",
        ["word"],
        {
            (SHELVED, ("tag", "title"), "title", "pk"),
            (Tag, ("word",), None, "tagged__pk"),
        },
    ),
    (
        "through",
        Title,
        "members",
        ["name"],
        {
            (Loan, ("member", "title"), "title", "pk"),
            (Member, ("name",), None, "members__pk"),
        },
    ),
    (
        "generic",
        Title,
        "notes",
        ["text"],
        {(Note, ("content_type", "object_id", "text"), "object_id", "pk")},
    ),
    (
        "parent_column",
        Hall,
        "self",
        ["name"],
        {(Room, ("name",), None, "room_ptr__pk")},
    ),
    (
        "both_tables",
        Hall,
        "self",
        ["name", "seats"],
        {
            (Room, ("name",), None, "room_ptr__pk"),
            (Hall, ("seats",), None, "pk"),
        },
    ),
    (
        "tree",
        Branch,
        "children",
        ["name"],
        {(Branch, ("name", "parent"), "parent", "pk")},
    ),
]


@pytest.mark.parametrize(
    ("model", "path", "names", "expected"),
    [row[1:] for row in RULES],
    ids=[row[0] for row in RULES],
)
def test_rule_watches_every_table_on_its_way(
    model: Any, path: str, names: list[str], expected: Found
) -> None:
    assert _edges(model, path, *names) == expected


def test_rows_that_relate_others_matter_when_they_come_and_go() -> None:
    hops = hops_of(Shelf, "copies")
    columns = columns_of(Copy, ["price"], "copies")

    (edge,) = edges_of(Shelf, "total", hops, columns)

    assert (edge.on_insert, edge.on_delete) == (True, True)


def test_rows_that_others_point_at_matter_only_when_they_change() -> None:
    hops = hops_of(Title, "publisher")
    columns = columns_of(Publisher, ["name"], "publisher")

    *_, edge = edges_of(Title, "line", hops, columns)

    assert (edge.on_insert, edge.on_delete) == (False, False)


@pytest.mark.parametrize(
    ("model", "path", "names", "message"),
    [
        (Shelf, "copeis", ["price"], "Did you mean 'copies'?"),
        (Shelf, "copies", ["prise"], "Did you mean 'price'?"),
        (Shelf, "copies.titel", ["name"], "'computedapp.Copy'. Did you mean 'title'?"),
        (Shelf, "label", ["name"], "a column, not a relation"),
        (Tag, "self", ["titles"], "name it in the rule's path"),
        (Note, "about", ["text"], "a GenericForeignKey"),
        (Shelf, "zzz", ["x"], "Choose from"),
    ],
)
def test_name_that_leads_nowhere_is_refused_with_a_remedy(
    model: Any, path: str, names: list[str], message: str
) -> None:
    with pytest.raises(UnknownDependencyError) as caught:
        _edges(model, path, *names)

    assert message in str(caught.value)
    assert caught.value.path == path
