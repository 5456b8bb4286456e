"""Calling precache_fast_counts, and what a test prepares for it."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.core.management.base import CommandError

from django_reckon.counts import precache
from django_reckon.ground import clock
from django_reckon.managers import FastCountManager
from django_reckon.models import FastCount
from tests.testapp.models import Book

if TYPE_CHECKING:
    import pytest
    from django.db.models import Model, QuerySet

    from django_reckon.counts.lease import Lease

__all__ = [
    "BOOK",
    "TICKET",
    "Declares",
    "Run",
    "broken",
    "configure",
    "kept",
    "lease_of",
    "managers",
    "run",
]

BOOK: Final = "testapp.Book"
TICKET: Final = "testapp.Ticket"


@dataclass(frozen=True, slots=True)
class Run:
    """One call of the command."""

    out: str
    err: str
    # Exit status, and why it is not zero.
    status: int = 0
    failure: str = ""

    @property
    def reports(self) -> list[dict[str, Any]]:
        """The reports that --json printed; their values are of many types."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def managers(self) -> list[str]:
        """The managers of these reports."""
        return [f"{each['model']}.{each['manager']}" for each in self.reports]


@dataclass(frozen=True, slots=True)
class Declares:
    """What a test has Book declare to be counted ahead."""

    monkeypatch: pytest.MonkeyPatch

    def __call__(self, *querysets: object) -> None:
        found = list(querysets)
        method = classmethod(lambda cls: found)
        self.monkeypatch.setattr(Book, "fast_count_querysets", method)


def run(*arguments: str) -> Run:
    """Call the command and return what came of it."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("precache_fast_counts", *arguments, stdout=out, stderr=err)
    except CommandError as error:
        return Run(out.getvalue(), err.getvalue(), error.returncode, str(error))
    return Run(out.getvalue(), err.getvalue())


def managers() -> set[str]:
    """Return every manager of the project that counts fast, found by its attribute."""
    return {
        f"{model._meta.label}.{name}"
        for model in apps.get_models()
        for name in dir(model)
        if not name.startswith("_")
        and isinstance(getattr(model, name, None), FastCountManager)
    }


def broken() -> QuerySet[Book]:
    """Return a queryset that the database refuses to count."""
    return Book.objects.extra(where=["no_such_column = 1"])


def lease_of(model: str = BOOK, manager: str = "objects") -> Lease:
    """Return what decides who may precache the manager."""
    base, policy = precache.managed(model, manager, None)
    return precache.lease(model, base.db, policy)


def kept(
    expires_in: float, *, model: type[Model] = Book, manager: str = "objects"
) -> FastCount:
    """Write a kept count that expires in so many seconds, or did so before."""
    now = clock.now()
    return FastCount.objects.create(
        content_type=ContentType.objects.get_for_model(model),
        manager_name=manager,
        queryset_hash=f"{FastCount.objects.count():032x}",
        count=5,
        last_updated=clock.column_time(now - 1000),
        expires_at=clock.column_time(now + expires_in),
    )


def configure(
    monkeypatch: pytest.MonkeyPatch, name: str = "objects", **arguments: Any
) -> None:
    """Change the configuration of one of Book's managers."""
    manager = Book._meta.managers_map[name]
    assert isinstance(manager, FastCountManager)
    monkeypatch.setattr(manager, "_policy", replace(manager.policy, **arguments))
