"""One measured line of the table."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from typing import Literal

from benchmarks.counting.setup import FAST_COUNT, RECKON

Unit = Literal["seconds", "number", "bytes"]


@dataclass(frozen=True, slots=True)
class Target:
    """
    What our figure may be.

    Attributes:
        most: The largest value that passes.
        relative: True: as a part of django-fast-count's figure, not by itself.
    """

    most: float
    relative: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """
    One thing, measured of several sides.

    Attributes:
        key: Short name, for JSON.
        title: What was measured.
        unit: Of the samples.
        samples: For each side that was measured, one value a round.
        target: What ours should be; None where the figure only informs.
    """

    key: str
    title: str
    unit: Unit
    samples: dict[str, list[float]] = field(default_factory=dict)
    target: Target | None = None

    @property
    def ratio(self) -> float | None:
        """Our time as a part of django-fast-count's: the median over the rounds."""
        ours = self.samples.get(RECKON.name)
        theirs = self.samples.get(FAST_COUNT.name)
        if self.unit != "seconds" or not ours or not theirs:
            return None
        return median(mine / its for mine, its in zip(ours, theirs, strict=True))

    @property
    def passed(self) -> bool | None:
        """Whether our figure meets the target; None when nobody can tell."""
        ours = self.samples.get(RECKON.name)
        if self.target is None or not ours:
            return None
        if self.target.relative:
            return None if self.ratio is None else self.ratio <= self.target.most
        return max(ours) <= self.target.most
