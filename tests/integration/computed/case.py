"""One way to write, in words, in code, and in what it has to move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.computed.shop import Shop
    from tests.support.acting import Act

__all__ = ["Case"]


@dataclass(frozen=True, slots=True)
class Case:
    """
    A write.

    Attributes:
        name: As in the test's id.
        write: Does it, once for plain methods and once for their async twins.
        moves: Computed fields that cannot be what they were in some row that stays.
    """

    name: str
    write: Callable[[Act, Shop], object]
    moves: frozenset[str]

    @classmethod
    def of(cls, name: str, write: Callable[[Act, Shop], object], *moves: str) -> Case:
        return cls(name, write, frozenset(moves))
