"""The dependency graph in the language of Mermaid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django_reckon.computed.drawing.picture import ArrowKind, ItemKind, Picture

# How a node of each kind is bracketed.
_SHAPES: Final = {
    ItemKind.COLUMN: "(%s)",
    ItemKind.KEY: "([%s])",
    ItemKind.COMPUTED: "[%s]:::computed",
}


def mermaid_text(picture: Picture) -> str:
    """Return the picture as a flowchart: a subgraph for each model."""
    return "\n".join(_lines(picture)) + "\n"


def _lines(picture: Picture) -> Iterator[str]:
    # Ids are made up, for a model or column may be called "end" or the like.
    ids = {item.label: f"n{number}" for number, item in enumerate(picture.items)}
    yield "flowchart LR"
    for number, (model, items) in enumerate(picture.models.items()):
        yield f"    subgraph m{number}[{_quoted(model)}]"
        for item in items:
            yield f"        {ids[item.label]}{_SHAPES[item.kind] % _quoted(item.name)}"
        yield "    end"
    for arrow in picture.arrows:
        line = "-.->" if arrow.kind is ArrowKind.RELATING else "-->"
        yield f"    {ids[arrow.source]} {line} {ids[arrow.target]}"
    yield "    classDef computed font-weight:bold,stroke-width:2px"


def _quoted(text: str) -> str:
    """Return a quoted label; Mermaid takes entities, by "#" and without "&"."""
    escaped = text.replace("#", "#35;").replace('"', "#quot;")
    return f'"{escaped}"'
