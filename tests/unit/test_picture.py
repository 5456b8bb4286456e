"""From the registry to what is drawn: each arrow is a rule that someone wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from django_reckon.computed.drawing.picture import (
    Arrow,
    ArrowKind,
    ItemKind,
    Picture,
    picture_of,
)
from django_reckon.computed.rules.registry import registry
from tests.computedapp.models import Branch, Copy, Hall, Room, Shelf, Tag, Title

if TYPE_CHECKING:
    from django.db.models import Model


def picture(*models: type[Model]) -> Picture:
    """Return what the world has to do with these models."""
    return picture_of(registry.columns.values(), only=models)


def arrows(drawn: Picture) -> dict[tuple[str, str], Arrow]:
    return {(each.source, each.target): each for each in drawn.arrows}


def short(label: str) -> str:
    return f"computedapp.{label}"


@pytest.mark.parametrize(
    ("model", "source", "target", "kind", "paths"),
    [
        pytest.param(
            Shelf, "Shelf.label", "Shelf.upper", ArrowKind.LOCAL, ["self"], id="own"
        ),
        pytest.param(
            Shelf, "Copy.price", "Shelf.total", ArrowKind.RELATED, ["copies"], id="many"
        ),
        pytest.param(
            Shelf, "Copy.shelf", "Shelf.total", ArrowKind.RELATING, ["copies"], id="key"
        ),
        pytest.param(
            Shelf,
            "Title.line",
            "Shelf.summary",
            ArrowKind.RELATED,
            ["copies.title"],
            id="chain",
        ),
        pytest.param(
            Shelf,
            "Shelf.dearest",
            "Shelf.pride",
            ArrowKind.RELATING,
            ["dearest.title"],
            id="computed_key",
        ),
        pytest.param(
            Title,
            "Title.publisher",
            "Title.line",
            ArrowKind.RELATING,
            ["publisher", "publisher.country"],
            id="two_rules",
        ),
        pytest.param(
            Tag,
            "Tag_titles.tag",
            "Tag.names",
            ArrowKind.RELATING,
            ["titles"],
            id="through",
        ),
        pytest.param(
            Hall, "Room.name", "Hall.poster", ArrowKind.LOCAL, ["self"], id="parent"
        ),
        pytest.param(
            Branch,
            "Branch.name",
            "Branch.family",
            ArrowKind.RELATED,
            ["self", "parent", "children"],
            id="tree",
        ),
    ],
)
def test_arrow_tells_how_and_by_which_rules(
    model: type[Model], source: str, target: str, kind: ArrowKind, paths: list[str]
) -> None:
    found = arrows(picture(model))[short(source), short(target)]

    assert (found.kind, list(found.paths)) == (kind, paths)


def test_every_column_of_every_rule_has_its_arrow() -> None:
    drawn = arrows(picture_of(registry.columns.values()))

    expected = {
        (f"{field.model._meta.label}.{field.name}", column.label)
        for column in registry.columns.values()
        for _, fields in column.rules
        for field in fields
    }
    assert expected - drawn.keys() == set()


def test_no_field_points_at_itself_where_no_rule_says_so() -> None:
    drawn = picture(Shelf, Title, Copy, Room, Hall)

    assert [each for each in drawn.arrows if each.source == each.target] == []


def test_items_say_what_they_are_to_the_graph() -> None:
    kinds = {item.label: item.kind for item in picture(Shelf).items}

    assert kinds[short("Shelf.label")] is ItemKind.COLUMN
    assert kinds[short("Copy.shelf")] is ItemKind.KEY
    assert kinds[short("Shelf.total")] is ItemKind.COMPUTED
    # It relates rows, but that it is computed tells more.
    assert kinds[short("Shelf.dearest")] is ItemKind.COMPUTED


def test_limited_picture_holds_what_leads_to_a_model_or_from_it() -> None:
    drawn = picture(Room)

    assert {(each.source, each.target) for each in drawn.arrows} == {
        (short("Room.name"), short("Room.sign")),
        (short("Room.name"), short("Hall.poster")),
        (short("Room.sign"), short("Hall.poster")),
    }
    assert [item.label for item in drawn.items] == [
        short("Hall.poster"),
        short("Room.name"),
        short("Room.sign"),
    ]


def test_columns_of_a_model_are_in_the_order_of_declaration() -> None:
    names = [item.name for item in picture(Shelf).models[short("Shelf")]]

    declared = [field.name for field in Shelf._meta.local_fields]
    assert names == [name for name in declared if name in names]


def test_model_without_computed_fields_gives_an_empty_picture() -> None:
    assert picture_of([], only=None) == Picture((), ())
