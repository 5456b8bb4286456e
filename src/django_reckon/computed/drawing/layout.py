"""
Where everything in a picture stands: layers from left to right, boxes in each.

A box holds the columns that one model has in one layer. An arrow that skips layers runs
there in a lane of its own, so that it crosses no box. All numbers are pixels.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from django_reckon.computed.drawing.layers import layers_of
from django_reckon.computed.drawing.picture import Arrow, Item, Picture

# A monospaced letter of 12 pixels is 7.2 wide in most typefaces; some are wider.
LETTER: Final = 7.4
ROW: Final = 20
HEAD: Final = 24
PADDING: Final = 10
MARGIN: Final = 16
# Below a box, and beside a layer; a lane takes less.
GAP: Final = 18
CHANNEL: Final = 96
LANE: Final = 8
LANE_GAP: Final = 4
# More sweeps than this hardly untangle anything.
_SWEEPS: Final = 6

Point: TypeAlias = tuple[int, int]
# Two anchors in neighbouring layers that an arrow joins.
_Pair: TypeAlias = tuple[str, str]


@dataclass(slots=True)
class Box:
    """
    The columns of one model in one layer; without any, a lane.

    Attributes:
        title: Label of the model, or what the lane is known by.
        items: The columns, from above.
        x: Left edge.
        y: Upper edge.
        width: From the left edge to the right one.
    """

    title: str
    items: list[Item] = field(default_factory=list)
    x: int = 0
    y: int = 0
    width: int = 0

    @property
    def height(self) -> int:
        """From the upper edge to the lower one."""
        return HEAD + ROW * len(self.items) if self.items else LANE

    @property
    def gap(self) -> int:
        """Free space below."""
        return GAP if self.items else LANE_GAP

    @property
    def anchors(self) -> dict[str, int]:
        """Heights at which arrows begin and end: of each column, or of the lane."""
        if not self.items:
            return {self.title: self.y + LANE // 2}
        top = self.y + HEAD + ROW // 2
        return {item.label: top + ROW * row for row, item in enumerate(self.items)}


# Of one layer: an anchor, the box or lane that has it, and its height.
_Places: TypeAlias = dict[str, tuple[Box, int]]


@dataclass(frozen=True, slots=True)
class Line:
    """
    An arrow with its way.

    Attributes:
        arrow: What it stands for.
        points: From its beginning to its end; between two of them it swings, and
            lanes have two, on their edges.
        is_back: Whether it closes a circle; then it begins and ends on right edges.
    """

    arrow: Arrow
    points: tuple[Point, ...]
    is_back: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """
    A picture with places.

    Attributes:
        boxes: From left to right and from above.
        lines: In the order of the picture's arrows.
        width: Of the whole.
        height: Of the whole.
    """

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: int
    height: int


def layout_of(picture: Picture) -> Layout:
    """Return a layout that is the same for the same picture."""
    layers = layers_of(picture)
    columns = _columns(picture, layers)
    pairs = _neighbours(picture, layers)
    _sort(columns, pairs)
    _place(columns, pairs)
    boxes = [box for column in columns for box in column]
    places = [_places(column) for column in columns]
    lines = tuple(_line(arrow, layers, places) for arrow in picture.arrows)
    bends = [x + CHANNEL // 2 for line in lines if line.is_back for x, _ in line.points]
    right = max([*(box.x + box.width for box in boxes), *bends], default=0)
    lower = max((box.y + box.height for box in boxes), default=0)
    shown = tuple(box for box in boxes if box.items)
    return Layout(shown, lines, right + MARGIN, lower + MARGIN)


def text_width(text: str) -> float:
    """Return about how wide a text is, in a typeface whose letters are equally wide."""
    return LETTER * sum(map(_cells, text))


def _cells(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in {"W", "F"} else 1


def _lane(arrow: Arrow) -> str:
    """Return what a lane is known by: arrows from one column share it."""
    return f"from {arrow.source}"


def _columns(picture: Picture, layers: Mapping[str, int]) -> list[list[Box]]:
    """Return the boxes and lanes of each layer, as the picture orders them."""
    columns: list[dict[str, Box]] = [{} for _ in range(max(layers.values(), default=0))]
    columns.append({})
    for item in picture.items:
        column = columns[layers[item.label]]
        column.setdefault(item.model, Box(item.model)).items.append(item)
    for arrow in picture.arrows:
        for layer in range(layers[arrow.source] + 1, layers[arrow.target]):
            columns[layer].setdefault(_lane(arrow), Box(_lane(arrow)))
    return [list(column.values()) for column in columns]


def _neighbours(picture: Picture, layers: Mapping[str, int]) -> list[list[_Pair]]:
    """Return, for each layer but the last, the pairs of anchors joined to the next."""
    pairs: list[dict[_Pair, None]] = [{} for _ in range(len(layers) + 1)]
    for arrow in picture.arrows:
        first, last = layers[arrow.source], layers[arrow.target]
        for layer in range(first, last):
            near = arrow.source if layer == first else _lane(arrow)
            far = arrow.target if layer + 1 == last else _lane(arrow)
            pairs[layer][near, far] = None
    return [list(each) for each in pairs]


def _sort(columns: list[list[Box]], pairs: list[list[_Pair]]) -> None:
    """Order each layer so that boxes stand near what they are joined to."""
    for column in columns:
        _stack(column)
    for sweep in range(_SWEEPS):
        if sweep % 2 == 0:
            for layer in range(1, len(columns)):
                joined = [(far, near) for near, far in pairs[layer - 1]]
                _sort_one(columns[layer], columns[layer - 1], joined)
        else:
            for layer in reversed(range(len(columns) - 1)):
                _sort_one(columns[layer], columns[layer + 1], pairs[layer])


def _sort_one(column: list[Box], other: Iterable[Box], joined: Iterable[_Pair]) -> None:
    tops = _wished(column, other, joined)
    column.sort(key=lambda box: (tops[box.title], box.title))
    _stack(column)


def _wished(
    column: Iterable[Box], other: Iterable[Box], joined: Iterable[_Pair]
) -> dict[str, float]:
    """Return where each box of a layer would best begin: arrows level on average."""
    heights = {name: y for box in other for name, y in box.anchors.items()}
    joints: dict[str, list[int]] = {}
    for own, its in joined:
        joints.setdefault(own, []).append(heights[its])
    tops: dict[str, float] = {}
    for box in column:
        slopes = [
            there - here
            for anchor, here in box.anchors.items()
            for there in joints.get(anchor, ())
        ]
        tops[box.title] = box.y + (sum(slopes) / len(slopes) if slopes else 0)
    return tops


def _stack(column: Iterable[Box]) -> None:
    """Put boxes below each other."""
    y = MARGIN
    for box in column:
        box.y = y
        y += box.height + box.gap


def _place(columns: list[list[Box]], pairs: list[list[_Pair]]) -> None:
    """Put layers beside each other, each box as near as can be to where it wishes."""
    x = MARGIN
    for layer, column in enumerate(columns):
        if layer:
            joined = [(far, near) for near, far in pairs[layer - 1]]
            tops = _wished(column, columns[layer - 1], joined)
            y = MARGIN
            for box in column:
                box.y = max(y, round(tops[box.title]))
                y = box.y + box.height + box.gap
        width = max(map(_width, column), default=0)
        for box in column:
            box.x, box.width = x, width
        x += width + CHANNEL


def _width(box: Box) -> int:
    texts = [box.title, *(item.name for item in box.items)] if box.items else []
    return round(max(map(text_width, texts), default=0)) + 2 * PADDING


def _places(column: Iterable[Box]) -> _Places:
    """Return where arrows can begin and end in a layer."""
    return {name: (box, y) for box in column for name, y in box.anchors.items()}


def _line(arrow: Arrow, layers: Mapping[str, int], places: list[_Places]) -> Line:
    first, last = layers[arrow.source], layers[arrow.target]
    begin = _point(places[first][arrow.source], right=True)
    if last <= first:
        end = _point(places[last][arrow.target], right=True)
        return Line(arrow, (begin, end), is_back=True)
    points = [begin]
    for layer in range(first + 1, last):
        lane = places[layer][_lane(arrow)]
        points += [_point(lane, right=False), _point(lane, right=True)]
    points.append(_point(places[last][arrow.target], right=False))
    return Line(arrow, tuple(points), is_back=False)


def _point(place: tuple[Box, int], *, right: bool) -> Point:
    box, y = place
    return box.x + (box.width if right else 0), y
