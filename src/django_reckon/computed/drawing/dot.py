"""The dependency graph in the language of Graphviz."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django_reckon.computed.drawing.picture import (
    Arrow,
    ArrowKind,
    ItemKind,
    Picture,
)

_STYLES: Final = {
    ItemKind.COLUMN: "",
    ItemKind.KEY: ', fontname="Courier-Oblique", style=dashed',
    ItemKind.COMPUTED: ', style="filled,bold", fillcolor="#dbeafe"',
}


def dot_text(picture: Picture) -> str:
    """Return the picture as a digraph: a cluster for each model."""
    return "\n".join(_lines(picture)) + "\n"


def _lines(picture: Picture) -> Iterator[str]:
    yield 'digraph "computed fields" {'
    yield "    rankdir=LR;"
    yield '    node [shape=box, fontname="Courier", fontsize=11, height=0.3];'
    yield '    graph [fontname="Courier", fontsize=12, style=rounded];'
    for model, items in picture.models.items():
        yield f"    subgraph {_quoted(f'cluster_{model}')} {{"
        yield f"        label={_quoted(model)};"
        for item in items:
            name = _quoted(item.label)
            yield f"        {name} [label={_quoted(item.name)}{_STYLES[item.kind]}];"
        yield "    }"
    for arrow in picture.arrows:
        yield f"    {_quoted(arrow.source)} -> {_quoted(arrow.target)}{_how(arrow)};"
    yield "}"


def _how(arrow: Arrow) -> str:
    style = ", style=dashed" if arrow.kind is ArrowKind.RELATING else ""
    return f" [tooltip={_quoted(arrow.explanation)}{style}]"


def _quoted(text: str) -> str:
    """Return a quoted string, in which a backslash would begin an escape."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
