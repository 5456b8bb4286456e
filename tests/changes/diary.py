"""A party that only watches what the hooks of a transaction do."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from django_reckon.ground import pending

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Diary", "failing_block", "open_diary"]


class Diary(pending.Layers[list[str]]):
    """A party that writes down what happens to it."""

    def __init__(self, alias: str = "default") -> None:
        super().__init__(list, lambda old, new: old + new)
        self.alias = alias
        self.events: list[str] = []
        self.prepare: Callable[[], object] = lambda: None
        self.follow: Callable[[], object] = lambda: None

    @property
    def notes(self) -> list[str]:
        return [note for layer in self.values for note in layer]

    def before_commit(self) -> None:
        self.events.append("before")
        self.prepare()

    def committed(self) -> None:
        self.events.append("committed")
        self.follow()

    def discarded(self) -> None:
        self.events.append("discarded")


def open_diary(alias: str = "default", name: str = "diary") -> Diary:
    return pending.pending(alias, name, partial(Diary, alias))


@contextmanager
def failing_block(error: type[Exception] = LookupError) -> Iterator[None]:
    """Run what is inside in a transaction, and expect the error from all of it."""
    with pytest.raises(error), transaction.atomic():
        yield
