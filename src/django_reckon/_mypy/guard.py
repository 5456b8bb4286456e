"""How an exception of ours stays ours."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from typing import TypeVar

C = TypeVar("C")
T = TypeVar("T")


class Guard:
    """Gives mypy's own answer where a hook of ours fails, and says so once."""

    def __init__(self, *, is_loud: bool) -> None:
        """Take whether mypy was asked for tracebacks."""
        self._is_loud = is_loud

    def answer(self, work: Callable[[], T], otherwise: T, /) -> T:
        """Return what the work returns; something else where it fails."""
        try:
            return work()
        except Exception:  # noqa: BLE001 - mypy would end by an INTERNAL ERROR
            self._tell()
            return otherwise

    def hook(
        self, work: Callable[[C], T], default: Callable[[C], T]
    ) -> Callable[[C], T]:
        """Return a hook that gives the default where the work fails."""

        def guarded(ctx: C) -> T:
            return self.answer(lambda: work(ctx), default(ctx))

        return guarded

    def _tell(self) -> None:
        if not self._is_loud:
            return
        self._is_loud = False
        sys.stderr.write(
            "django_reckon.mypy: a hook failed; mypy's own answer was taken. "
            "Please report this:\n"
        )
        traceback.print_exc()
