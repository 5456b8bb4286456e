"""The adapter of the side whose process this is."""

from __future__ import annotations

import importlib
from typing import Any, Protocol, cast

from django.db import models

from benchmarks.counting.setup import Setup


class Adapter(Protocol):
    """What the measurements need of a library; modules fulfil it."""

    def manager(self) -> models.Manager[Any]:
        """Return a manager by default arguments that keeps every count of a row."""
        ...

    def forget(self) -> None:
        """Delete what the library has in the database."""
        ...

    def wake(self) -> None:
        """Forget when precaching ran last, but for what the cache says of it."""
        ...

    def launches(self) -> int:
        """Return how often this process has launched precaching; none ever runs."""
        ...


def _adapter() -> Adapter:
    name = Setup.from_environment().side.adapter
    module = importlib.import_module(f"benchmarks.counting.adapters.{name}")
    return cast("Adapter", module)


adapter = _adapter()
