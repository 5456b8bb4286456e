"""How the values of a row come into an instance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeAlias

from django_reckon.ground.internals import selected_columns

# Any: rows hold whatever the columns do.
Fill: TypeAlias = Callable[[dict[str, Any], Sequence[Any]], None]


def filler(compiler: Any) -> Fill:
    """
    Return what puts the model's columns of a row into an instance's dictionary.

    What comes before and after them in a row is left out.

    Args:
        compiler: Of the query, executed; Any, for the stubs leave out what is asked.
    """
    names, start = selected_columns(compiler)
    return _written(tuple(names), start, len(compiler.select))


@cache
def _written(names: tuple[str, ...], start: int, width: int) -> Fill:
    """
    Write a function for these columns, as dataclasses do for their fields.

    It fills five dictionaries in the time that one update() takes of pairs, which is
    half of the time that a refresh of many rows took.
    """
    end = start + len(names)
    part = "row" if (start, end) == (0, width) else f"row[{start}:{end}]"
    places = "".join(f"held[{name!r}], " for name in names)
    made: dict[str, Any] = {}
    exec(f"def fill(held, row): {places}= {part}", made)  # noqa: S102 - names alone
    fill: Fill = made["fill"]
    return fill
