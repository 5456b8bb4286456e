"""Sequences of writes with the transactions around them, and their performance."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from hypothesis import strategies as st
from typing_extensions import override

from django_reckon.models import not_computed, update_pending
from tests.properties.computed import bulk, joined, relations, singles
from tests.properties.computed.oracle import differences
from tests.properties.computed.values import Hand, NothingThere

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.properties.computed.values import Action

__all__ = ["Step", "Story", "stories"]

_FAMILIES: Final = (
    singles.ACTIONS,
    bulk.ACTIONS | joined.ACTIONS,
    relations.ACTIONS,
)
_ACTIONS: Final[dict[str, Action]] = {
    name: action for family in _FAMILIES for name, action in family.items()
}
# Does nothing: what a failure does not need shrinks to it.
_PAUSE: Final = "pause"
# What opens a block, and what ends one.
_BLOCKS: Final = ("atomic", "quiet")
_ENDS: Final = ("end", "raise", "undo")
_LEAST, _MOST = 10, 25


@dataclass(frozen=True, slots=True)
class Step:
    """One write, or the beginning or end of a block."""

    name: str
    a: int
    b: int

    @override
    def __repr__(self) -> str:
        """Return what can be pasted into a test."""
        return f"Step({self.name!r}, {self.a}, {self.b})"


def stories() -> st.SearchStrategy[list[Step]]:
    """Return sequences of steps; writes of every family come equally often."""
    names = st.one_of(
        st.sampled_from([_PAUSE, *_BLOCKS, *_ENDS]),
        *(st.sampled_from(sorted(each)) for each in _FAMILIES),
    )
    numbers = st.integers(0, 31)
    steps = st.builds(Step, names, numbers, numbers)
    return st.lists(steps, min_size=_LEAST, max_size=_MOST)


class _Raised(Exception):  # noqa: N818 - what leaves a block on purpose is no error
    """Leaves a few blocks."""

    def __init__(self, blocks: int) -> None:
        super().__init__(blocks)
        self.blocks = blocks


@dataclass(slots=True)
class Story:
    """
    One sequence, told to the database.

    Attributes:
        hand: What its writes hold on to.
        told: The writes that took place, for whoever reads of a failure.
        depth: How many blocks are open.
        is_compared: Whether nothing was written since the last comparison.
    """

    hand: Hand = field(default_factory=Hand)
    told: list[str] = field(default_factory=list)
    depth: int = 0
    is_compared: bool = False

    def tell(self, steps: Sequence[Step]) -> None:
        """
        Take every step; compare after each outermost block, and at the end.

        Blocks that are open at the end are left as if they ended there.
        """
        rest = iter(steps)
        for step in rest:
            if step.name in _BLOCKS:
                self._block(step, rest)
                self._compare()
            elif step.name not in {_PAUSE, *_ENDS}:
                self._write(step)
        self._compare()

    def _block(self, opening: Step, rest: Iterator[Step]) -> None:
        """Take steps to the end of a block; what is raised in it leaves it here."""
        self.told.append(f"{opening.name} {{")
        self.depth += 1
        block: Any = transaction.atomic()
        if opening.name == "quiet":
            block = not_computed(recover=True)
        try:
            with block:
                self._inside(opening, rest)
        except _Raised as raised:
            self.told.append("} by an exception")
            if raised.blocks > 1 and self.depth > 1:
                raise _Raised(raised.blocks - 1) from None
        else:
            self.told.append("}")
        finally:
            self.depth -= 1

    def _inside(self, opening: Step, rest: Iterator[Step]) -> None:
        for step in rest:
            if step.name in _BLOCKS:
                self._block(step, rest)
            elif step.name == "raise":
                raise _Raised(1 + step.a % 2)
            elif step.name in _ENDS:
                if step.name == "undo" and opening.name == "atomic":
                    self.told.append("set_rollback")
                    transaction.set_rollback(True)
                return
            elif step.name != _PAUSE:
                self._write(step)

    def _write(self, step: Step) -> None:
        try:
            _ACTIONS[step.name](self.hand, step.a, step.b)
        except NothingThere:
            return
        self.told.append(repr(step))
        self.is_compared = False

    def _compare(self) -> None:
        if self.is_compared:
            return
        # What the background was left, if it was left anything.
        failures = update_pending().failures
        assert not failures, "\n".join([*map(str, failures), "after", *self.told])
        found = differences()
        assert not found, "\n".join([*found, "after", *self.told])
        self.is_compared = True
