"""What a precaching run did."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class PrecachedCount:
    """
    One queryset of a run.

    Attributes:
        queryset: Which one: ".all()" or "fast_count_querysets()[2]".
        digest: What its count is kept under; None when it never came so far.
        count: Number of rows; None when counting failed.
        error: Why it failed; None when it did not.
        seconds: How long counting and keeping took.
    """

    queryset: str
    digest: str | None
    count: int | None
    error: str | None
    seconds: float


@dataclass(frozen=True, slots=True)
class PrecacheReport:
    """
    One run of one manager.

    Attributes:
        model: Label of the model.
        manager: Name of the manager.
        database: Alias that was counted in.
        results: One for each queryset, in order.
        skipped: Why nothing was done; None when something was.
    """

    model: str
    manager: str
    database: str
    results: tuple[PrecachedCount, ...] = ()
    skipped: str | None = None

    @property
    def failed(self) -> tuple[PrecachedCount, ...]:
        """The querysets that could not be counted."""
        return tuple(result for result in self.results if result.error is not None)

    def as_dict(self) -> dict[str, Any]:
        """Return what json.dumps() takes; Any, for the values are of many types."""
        return asdict(self)
