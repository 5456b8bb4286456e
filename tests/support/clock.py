"""A clock that tests move by hand."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

__all__ = ["FakeClock"]


class FakeClock:
    """
    Both clocks of the library and the one of Django's local-memory cache.

    Time stands still until advance() is called; waiting loops see it stand still too.
    """

    def __init__(self) -> None:
        self._wall = time.time()
        self._monotonic = time.monotonic()

    def now(self) -> float:
        return self._wall

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        self._wall += seconds
        self._monotonic += seconds

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Replace the clocks until the test ends."""
        monkeypatch.setattr("django_reckon.ground.clock.now", self.now)
        monkeypatch.setattr("django_reckon.ground.clock.monotonic", self.monotonic)
        ours = SimpleNamespace(time=self.now)
        monkeypatch.setattr("django.core.cache.backends.base.time", ours)
        monkeypatch.setattr("django.core.cache.backends.locmem.time", ours)
