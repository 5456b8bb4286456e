"""How much these tests do: little at the desk, more in CI, all of it when asked."""

from __future__ import annotations

from tests import choices

__all__ = ["effort"]


def effort(*, quick: int, ci: int, most: int) -> int:
    """
    Return how many rounds, kills or seeds to try.

    RECKON_EXAMPLES asks for another number, of which no test takes more than its most.
    """
    return min(choices.examples(quick=quick, ci=ci), most)
