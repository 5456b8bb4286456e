"""Transactions that are going to fail."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["failing", "undone"]


@contextmanager
def failing(
    error: type[Exception], match: str | None = None
) -> Iterator[pytest.ExceptionInfo[Exception]]:
    """Run what is inside in a transaction, and expect the error from all of it."""
    with pytest.raises(error, match=match) as caught, transaction.atomic():
        yield caught


@contextmanager
def undone() -> Iterator[None]:
    """Run what is inside in a transaction or a savepoint, and roll it back."""
    with failing(LookupError):
        yield
        raise LookupError
