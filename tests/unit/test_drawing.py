"""Drawings of pictures that are made up, so that nothing but the drawing is tested."""

from __future__ import annotations

import re
from typing import Final
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_reckon.computed.drawing.dot import dot_text
from django_reckon.computed.drawing.layers import layers_of
from django_reckon.computed.drawing.layout import layout_of, text_width
from django_reckon.computed.drawing.mermaid import mermaid_text
from django_reckon.computed.drawing.picture import (
    Arrow,
    ArrowKind,
    Item,
    ItemKind,
    Picture,
)
from django_reckon.computed.drawing.svg import svg_text

SVG: Final = "{http://www.w3.org/2000/svg}"
NASTY: Final = "a\"b<c>&'\\d#e"

SMALL: Final = Picture(
    items=(
        Item("shop.Copy", "shelf", ItemKind.KEY),
        Item("shop.Copy", "price", ItemKind.COLUMN),
        Item("shop.Shelf", "total", ItemKind.COMPUTED),
        Item("shop.Shelf", "text", ItemKind.COMPUTED),
    ),
    arrows=(
        Arrow("shop.Copy.shelf", "shop.Shelf.total", ArrowKind.RELATING, ("copies",)),
        Arrow("shop.Copy.price", "shop.Shelf.total", ArrowKind.RELATED, ("copies",)),
        Arrow("shop.Copy.price", "shop.Shelf.text", ArrowKind.RELATED, ("copies",)),
        Arrow("shop.Shelf.total", "shop.Shelf.text", ArrowKind.LOCAL, ("self",)),
    ),
)
EMPTY: Final = Picture((), ())


def made(count: int, pairs: set[tuple[int, int]]) -> Picture:
    """Return a picture of so many columns, a few of each model, with these arrows."""
    items = [
        Item(f"app.Model{number % 3}", f"field{number}", ItemKind.COMPUTED)
        for number in range(count)
    ]
    return Picture(
        tuple(items),
        tuple(
            Arrow(items[a].label, items[b].label, ArrowKind.RELATED, ("path",))
            for a, b in sorted(pairs)
        ),
    )


@st.composite
def pictures(draw: st.DrawFn, *, circles: bool) -> Picture:
    """Return any picture; without circles, arrows lead from lower numbers to higher."""
    count = draw(st.integers(1, 12))
    number = st.integers(0, count - 1)
    pairs = draw(st.sets(st.tuples(number, number), max_size=25))
    if not circles:
        pairs = {(a, b) for a, b in pairs if a < b}
    return made(count, pairs)


def drawn(picture: Picture, *, inline: bool = False) -> ElementTree.Element:
    return ElementTree.fromstring(svg_text(picture, title="A title", inline=inline))


@given(pictures(circles=False))
def test_every_arrow_leads_to_a_higher_layer(picture: Picture) -> None:
    layers = layers_of(picture)

    assert all(layers[each.source] < layers[each.target] for each in picture.arrows)


@given(pictures(circles=True))
def test_circles_are_layered_all_the_same(picture: Picture) -> None:
    assert layers_of(picture).keys() == {item.label for item in picture.items}


def test_longest_way_decides_about_the_layer() -> None:
    layers = layers_of(SMALL)

    assert layers["shop.Copy.price"] == layers["shop.Copy.shelf"] == 0
    assert (layers["shop.Shelf.total"], layers["shop.Shelf.text"]) == (1, 2)


@given(pictures(circles=True))
def test_boxes_do_not_overlap(picture: Picture) -> None:
    boxes = layout_of(picture).boxes

    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            beside = one.x + one.width <= other.x or other.x + other.width <= one.x
            below = one.y + one.height <= other.y or other.y + other.height <= one.y
            assert beside or below


@given(pictures(circles=True))
def test_every_column_is_in_one_box_of_its_model(picture: Picture) -> None:
    boxes = layout_of(picture).boxes

    shown = [item.label for box in boxes for item in box.items]
    assert sorted(shown) == sorted(item.label for item in picture.items)
    assert all(item.model == box.title for box in boxes for item in box.items)


@given(pictures(circles=True))
def test_everything_stands_within_the_drawing(picture: Picture) -> None:
    layout = layout_of(picture)

    for box in layout.boxes:
        assert 0 <= box.x < box.x + box.width <= layout.width
        assert 0 <= box.y < box.y + box.height <= layout.height
    for line in layout.lines:
        assert all(0 <= x <= layout.width for x, _ in line.points)
        assert all(0 <= y <= layout.height for _, y in line.points)


@given(pictures(circles=False))
def test_arrows_begin_and_end_at_their_columns_and_lead_right(picture: Picture) -> None:
    layout = layout_of(picture)
    place = {item.label: box for box in layout.boxes for item in box.items}

    for line in layout.lines:
        source, target = place[line.arrow.source], place[line.arrow.target]
        begin, end = line.points[0], line.points[-1]
        assert begin == (
            source.x + source.width,
            source.anchors[line.arrow.source],
        )
        assert end == (target.x, target.anchors[line.arrow.target])
        horizontal = [x for x, _ in line.points]
        assert horizontal == sorted(horizontal)


@given(pictures(circles=False))
def test_arrows_that_skip_layers_cross_no_box(picture: Picture) -> None:
    layout = layout_of(picture)

    for line in layout.lines:
        lanes = line.points[1:-1]
        for (left, y), (right, again) in zip(lanes[::2], lanes[1::2], strict=True):
            assert y == again
            for box in layout.boxes:
                apart = right <= box.x or box.x + box.width <= left
                assert apart or not box.y < y < box.y + box.height


def test_boxes_are_as_wide_as_their_longest_text() -> None:
    name = "a_rather_long_name_of_a_computed_field"
    picture = Picture((Item("shop.Shelf", name, ItemKind.COMPUTED),), ())

    (box,) = layout_of(picture).boxes

    assert box.width > text_width(name) > 7 * len(name)


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        pytest.param("price", 5, id="letters"),
        pytest.param("価格", 4, id="wide"),
        pytest.param("e\u0301", 1, id="combining"),
    ],
)
def test_text_is_measured_by_its_cells(text: str, cells: int) -> None:
    assert text_width(text) == pytest.approx(cells * text_width("x"))


def test_svg_shows_every_column_and_every_arrow() -> None:
    root = drawn(SMALL)

    nodes = {each.get("data-node") for each in root.iter(f"{SVG}g")} - {None}
    lines = {(e.get("data-from"), e.get("data-to")) for e in root.iter(f"{SVG}path")}
    assert nodes == {item.label for item in SMALL.items}
    assert lines - {(None, None)} == {(e.source, e.target) for e in SMALL.arrows}


def test_svg_tells_kinds_apart_by_more_than_colour() -> None:
    root = drawn(SMALL)

    looks = {
        text.text: (text.get("font-style"), text.get("font-weight"))
        for text in root.iter(f"{SVG}text")
    }
    dashed = {
        (line.get("data-from"), line.get("stroke-dasharray") is not None)
        for line in root.iter(f"{SVG}path")
        if line.get("data-to") == "shop.Shelf.total"
    }
    assert looks["shelf"] == ("italic", None)
    assert looks["price"] == (None, None)
    assert looks["total"] == (None, "bold")
    assert dashed == {("shop.Copy.shelf", True), ("shop.Copy.price", False)}


def test_svg_says_what_it_is_to_those_who_cannot_see_it() -> None:
    root = drawn(SMALL)

    ids = (root.get("aria-labelledby") or "").split()
    named = {each.get("id"): each.text for each in root if each.get("id") in ids}
    assert root.get("role") == "img"
    title, description = (named[each] for each in ids)
    assert title == "A title"
    assert description is not None
    assert "computed fields: 2" in description
    assert "dependencies: 4" in description


def test_arrow_of_svg_explains_itself() -> None:
    titles = [each.text for each in drawn(SMALL).iter(f"{SVG}title")]

    assert "shop.Copy.price \u2192 shop.Shelf.total (copies)" in titles


def test_svg_within_a_page_has_nothing_that_a_policy_would_refuse() -> None:
    text = svg_text(SMALL, title="A title", inline=True)

    tags = {each.tag.removeprefix(SVG) for each in ElementTree.fromstring(text).iter()}
    addresses = re.findall(r"https?://[^\"' ]+", text)
    assert tags <= {"svg", "title", "desc", "defs", "marker", "path", "g", "rect"} | {
        "text"
    }
    assert " style=" not in text
    assert set(addresses) == {"http://www.w3.org/2000/svg"}


def test_svg_within_a_page_takes_the_colour_of_the_page() -> None:
    root = drawn(SMALL, inline=True)

    colours = {
        value
        for each in root.iter()
        for name in ("fill", "stroke", "color")
        if (value := each.get(name)) is not None
    }
    assert colours == {"currentColor", "none"}


def test_svg_that_stands_alone_follows_light_and_dark() -> None:
    (style,) = drawn(SMALL).iter(f"{SVG}style")

    assert "prefers-color-scheme:dark" in (style.text or "")


def test_prefix_keeps_the_ids_of_two_drawings_apart() -> None:
    one, other = (
        set(re.findall(r'id="([^"]+)"', svg_text(SMALL, title="T", prefix=prefix)))
        for prefix in ("one", "other")
    )

    assert len(one) == len(other) == 3
    assert one & other == set()


@pytest.mark.parametrize("inline", [False, True], ids=["alone", "inline"])
def test_svg_escapes_whatever_names_hold(*, inline: bool) -> None:
    picture = Picture(
        (Item(NASTY, NASTY, ItemKind.COMPUTED),),
        (Arrow(f"{NASTY}.{NASTY}", f"{NASTY}.{NASTY}", ArrowKind.LOCAL, (NASTY,)),),
    )

    text = svg_text(picture, title=NASTY, prefix=NASTY, inline=inline)

    texts = [each.text for each in ElementTree.fromstring(text).iter(f"{SVG}text")]
    assert texts.count(NASTY) == 2


def test_svg_of_nothing_is_still_a_drawing() -> None:
    assert drawn(EMPTY).tag == f"{SVG}svg"


def test_svg_draws_a_circle() -> None:
    picture = made(2, {(0, 1), (1, 0), (1, 1)})

    lines = [e for e in drawn(picture).iter(f"{SVG}path") if e.get("data-from")]
    assert len(lines) == 3
    assert len({line.get("d") for line in lines}) == 3


def test_dot_is_what_graphviz_reads() -> None:
    assert dot_text(SMALL).splitlines() == [
        'digraph "computed fields" {',
        "    rankdir=LR;",
        '    node [shape=box, fontname="Courier", fontsize=11, height=0.3];',
        '    graph [fontname="Courier", fontsize=12, style=rounded];',
        '    subgraph "cluster_shop.Copy" {',
        '        label="shop.Copy";',
        (
            '        "shop.Copy.shelf" [label="shelf", fontname="Courier-Oblique", '
            "style=dashed];"
        ),
        '        "shop.Copy.price" [label="price"];',
        "    }",
        '    subgraph "cluster_shop.Shelf" {',
        '        label="shop.Shelf";',
        (
            '        "shop.Shelf.total" [label="total", style="filled,bold", '
            'fillcolor="#dbeafe"];'
        ),
        (
            '        "shop.Shelf.text" [label="text", style="filled,bold", '
            'fillcolor="#dbeafe"];'
        ),
        "    }",
        (
            '    "shop.Copy.shelf" -> "shop.Shelf.total" '
            '[tooltip="shop.Copy.shelf \u2192 shop.Shelf.total (copies)", '
            "style=dashed];"
        ),
        (
            '    "shop.Copy.price" -> "shop.Shelf.total" '
            '[tooltip="shop.Copy.price \u2192 shop.Shelf.total (copies)"];'
        ),
        (
            '    "shop.Copy.price" -> "shop.Shelf.text" '
            '[tooltip="shop.Copy.price \u2192 shop.Shelf.text (copies)"];'
        ),
        (
            '    "shop.Shelf.total" -> "shop.Shelf.text" '
            '[tooltip="shop.Shelf.total \u2192 shop.Shelf.text (self)"];'
        ),
        "}",
    ]


def test_dot_escapes_quotes_and_backslashes() -> None:
    picture = Picture((Item("a.B", NASTY, ItemKind.COLUMN),), ())

    assert '[label="a\\"b<c>&\'\\\\d#e"]' in dot_text(picture)


def test_mermaid_is_a_flowchart() -> None:
    assert mermaid_text(SMALL).splitlines() == [
        "flowchart LR",
        '    subgraph m0["shop.Copy"]',
        '        n0(["shelf"])',
        '        n1("price")',
        "    end",
        '    subgraph m1["shop.Shelf"]',
        '        n2["total"]:::computed',
        '        n3["text"]:::computed',
        "    end",
        "    n0 -.-> n2",
        "    n1 --> n2",
        "    n1 --> n3",
        "    n2 --> n3",
        "    classDef computed font-weight:bold,stroke-width:2px",
    ]


def test_mermaid_escapes_quotes_and_entities() -> None:
    picture = Picture((Item("a.B", NASTY, ItemKind.COLUMN),), ())

    assert '("a#quot;b<c>&\'\\d#35;e")' in mermaid_text(picture)
