"""
The dependency graph as SVG, drawn without any other program.

Inside a page it takes the page's colour, so it is as readable in a dark one; it holds
no style, script or address, which a content security policy might refuse.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

from django_reckon.computed.drawing.layout import (
    CHANNEL,
    HEAD,
    MARGIN,
    PADDING,
    ROW,
    Box,
    Layout,
    Line,
    layout_of,
    text_width,
)
from django_reckon.computed.drawing.picture import (
    ArrowKind,
    Item,
    ItemKind,
    Picture,
)

# Of a file that stands alone; it follows the reader's choice of light or dark.
_STYLE: Final = (
    "<style>:root{color:#1f2933;background:#fff}"
    "@media(prefers-color-scheme:dark){:root{color:#e4e7eb;background:#121212}}</style>"
)
_LETTERS: Final = (
    'font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'
    '\'DejaVu Sans Mono\',monospace" font-size="12"'
)
_LEGEND: Final = (
    "bold: computed field; italic: key that relates rows; plain: column; "
    "dashed arrow: relates rows; wide arrow: leads to other rows"
)
_ITEM_LOOKS: Final = {
    ItemKind.COLUMN: "",
    ItemKind.KEY: ' font-style="italic"',
    ItemKind.COMPUTED: ' font-weight="bold"',
}
_ARROW_LOOKS: Final = {
    ArrowKind.RELATING: ' stroke-dasharray="5 4"',
    ArrowKind.LOCAL: "",
    ArrowKind.RELATED: ' stroke-width="1.8"',
}


def svg_text(
    picture: Picture, *, title: str, prefix: str = "reckon", inline: bool = False
) -> str:
    """
    Return the picture as one SVG element.

    Args:
        picture: What to draw.
        title: Names the drawing for people who cannot see it.
        prefix: What ids begin with; another for each drawing in one page.
        inline: Whether it is put into a page, whose colour it takes.
    """
    return "\n".join(_lines(layout_of(picture), picture, title, prefix, inline)) + "\n"


def _lines(
    layout: Layout, picture: Picture, title: str, prefix: str, inline: bool
) -> Iterator[str]:
    width = max(layout.width, round(text_width(_LEGEND)) + 2 * MARGIN)
    height = layout.height + ROW + MARGIN
    ids = [escape(f"{prefix}-{name}") for name in ("title", "desc")]
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" '
        f'aria-labelledby="{" ".join(ids)}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" {_LETTERS}>'
    )
    yield f'<title id="{ids[0]}">{escape(title)}</title>'
    yield f'<desc id="{ids[1]}">{escape(_description(picture))}</desc>'
    if not inline:
        yield _STYLE
    tip = escape(f"{prefix}-tip")
    yield (
        f'<defs><marker id="{tip}" viewBox="0 0 8 8" refX="8" refY="4" '
        'markerUnits="userSpaceOnUse" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="currentColor"/></marker></defs>'
    )
    yield '<g class="arrows" fill="none" stroke="currentColor" stroke-opacity="0.55">'
    for line in layout.lines:
        yield _arrow(line, tip)
    yield "</g>"
    for box in layout.boxes:
        yield from _box(box)
    yield (
        f'<text class="legend" x="{MARGIN}" y="{height - MARGIN}" fill="currentColor" '
        f'fill-opacity="0.75">{escape(_LEGEND)}</text>'
    )
    yield "</svg>"


def _description(picture: Picture) -> str:
    """Say in a sentence how much is drawn."""
    computed = sum(item.kind is ItemKind.COMPUTED for item in picture.items)
    return (
        f"Models: {len(picture.models)}; computed fields: {computed}; columns that "
        f"they are made from: {len(picture.items) - computed}; dependencies: "
        f"{len(picture.arrows)}. Each arrow leads from a column to a computed field "
        "that its changes make stale."
    )


def _box(box: Box) -> Iterator[str]:
    yield f'<g class="model" data-model="{escape(box.title)}">'
    yield (
        f'<rect x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" '
        'rx="5" fill="currentColor" fill-opacity="0.04" stroke="currentColor" '
        'stroke-opacity="0.5"/>'
    )
    yield _text(box, HEAD - 8, box.title, ' fill-opacity="0.75"')
    for row, item in enumerate(box.items):
        yield from _item(box, HEAD + row * ROW, item)
    yield "</g>"


def _item(box: Box, below: int, item: Item) -> Iterator[str]:
    yield f'<g class="{item.kind}" data-node="{escape(item.label)}">'
    yield f"<title>{escape(item.label)}</title>"
    shade = "0.13" if item.kind is ItemKind.COMPUTED else "0"
    yield (
        f'<rect x="{box.x}" y="{box.y + below}" width="{box.width}" height="{ROW}" '
        f'fill="currentColor" fill-opacity="{shade}"/>'
    )
    yield _text(box, below + 14, item.name, _ITEM_LOOKS[item.kind])
    yield "</g>"


def _text(box: Box, below: int, text: str, looks: str) -> str:
    place = f'x="{box.x + PADDING}" y="{box.y + below}"'
    return f'<text {place} fill="currentColor"{looks}>{escape(text)}</text>'


def _arrow(line: Line, tip: str) -> str:
    arrow = line.arrow
    looks = _ARROW_LOOKS[arrow.kind]
    return (
        f'<path class="{arrow.kind.name.lower()}" data-from="{escape(arrow.source)}" '
        f'data-to="{escape(arrow.target)}" d="{_way(line)}"{looks} '
        f'marker-end="url(#{tip})"><title>{escape(arrow.explanation)}</title></path>'
    )


def _way(line: Line) -> str:
    """Return the path: level at every point, straight through the lanes."""
    (x, y), *rest = line.points
    parts = [f"M{x} {y}"]
    if line.is_back:
        ((to_x, to_y),) = rest
        bend = max(x, to_x) + CHANNEL // 2
        if (x, y) == (to_x, to_y):
            y, to_y = y - ROW // 4, y + ROW // 4
            parts = [f"M{x} {y}"]
        return f"{parts[0]}C{bend} {y} {bend} {to_y} {to_x} {to_y}"
    for number, (to_x, to_y) in enumerate(rest):
        if number % 2:
            parts.append(f"L{to_x} {to_y}")
        else:
            middle = (x + to_x) // 2
            parts.append(f"C{middle} {y} {middle} {to_y} {to_x} {to_y}")
        x, y = to_x, to_y
    return "".join(parts)
