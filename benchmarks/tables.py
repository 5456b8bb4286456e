"""Aligned text, as every report prints it."""

from __future__ import annotations

from collections.abc import Sequence


def format_table(lines: Sequence[Sequence[str]]) -> str:
    """Return lines of cells as text, the first underlined as the heading."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    head, *body = [_align(line, widths) for line in lines]
    return "\n".join([head, "-" * len(head), *body])


def _align(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Return one line: the first column to the left, the others to the right."""
    first = cells[0].ljust(widths[0])
    others = [
        cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)
    ]
    return "  ".join([first, *others]).rstrip()
