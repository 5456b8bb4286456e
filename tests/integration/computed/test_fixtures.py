"""Fixtures are recomputed once they are loaded, unless the settings say otherwise."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.core.management import call_command
from django.db import transaction

from tests.computedapp.models import Copy, Hall, Member, Shelf, Tag, Title
from tests.support.database import committing
from tests.support.drift import drifted
from tests.support.statements import watched

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_django import Settings

Load = "Callable[..., None]"

_MEMBER = "6f6bd7b6-2f5c-4b8e-9a39-4f0a3fd0f7f1"

# Each row stands before those that it points at, and holds values that are wrong.
ROWS: list[tuple[str, Any, dict[str, Any]]] = [
    ("loan", 1, {"member": _MEMBER, "title": 10, "days": 4}),
    ("loan", 2, {"member": _MEMBER, "title": 11, "days": 5}),
    ("copy", 1, {"title": 10, "shelf": 20, "price": "3.00", "amount": 2}),
    ("copy", 2, {"title": 11, "shelf": 20, "price": "4.50", "place": "wrong"}),
    ("shelf", 20, {"label": "a", "upper": "wrong", "total": "77.00", "size": 9}),
    ("tag", 30, {"word": "red", "titles": [10, 11]}),
    ("title", 10, {"name": "T", "publisher": 40, "line": "wrong"}),
    ("title", 11, {"name": "U", "publisher": None}),
    ("publisher", 40, {"name": "P", "country": 50}),
    ("country", 50, {"code": "C"}),
    ("member", _MEMBER, {"name": "M"}),
    ("branch", 60, {"name": "leaf", "parent": 61}),
    ("branch", 61, {"name": "root", "parent": None}),
    ("chair", [1, 2], {"row": 1, "number": 2, "hall": 70, "broken": True}),
    ("hall", 70, {"seats": 5, "poster": "wrong"}),
    ("room", 70, {"name": "main", "sign": "wrong"}),
    ("note", 80, {"text": "n", "content_type": ["computedapp", "title"],
                  "object_id": "10"}),
    ("crate", 90, {"depot": 0, "weight": 2, "width": 3, "height": 4}),
    ("depot", 0, {"name": "zero", "hidden": True, "load": 55}),
]  # fmt: skip


def _run(path: Path, using: str = "default") -> None:
    call_command("loaddata", str(path), database=using, verbosity=0)


def _run_in_a_task(path: Path, using: str = "default") -> None:
    async def run() -> None:
        await sync_to_async(_run)(path, using)

    async_to_sync(run)()


@pytest.fixture(params=[_run, _run_in_a_task], ids=["sync", "async"])
def load(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Load a fixture by loaddata, from plain code and from a task."""
    run: Callable[..., None] = request.param
    return run


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Write the rows to a file."""
    rows = [
        {"model": f"computedapp.{name}", "pk": pk, "fields": fields}
        for name, pk, fields in ROWS
    ]
    path = tmp_path / "rows.json"
    path.write_text(json.dumps(rows))
    return path


@committing
@pytest.mark.parametrize("alias", ["default", "other"])
def test_fixture_with_forward_references_is_recomputed(
    alias: str, path: Path, load: Callable[..., None]
) -> None:
    load(path, alias)

    assert drifted(using=alias) == []
    shelf = Shelf.objects.using(alias).get()
    assert (shelf.upper, shelf.size, shelf.total) == ("A", 2, Decimal("7.50"))
    assert shelf.summary == "A/2: T (P, C); U"
    assert shelf.pride == "U"
    assert Tag.objects.using(alias).get().names == "T,U"
    assert Member.objects.using(alias).get().loan_days == {"T": 4, "U": 5}
    assert Hall.objects.using(alias).get().poster == "Room main (main): 4"
    assert Title.objects.using(alias).get(pk=10).remarks == "n"


@committing
def test_fixture_over_rows_that_are_there_is_recomputed(
    path: Path, load: Callable[..., None]
) -> None:
    load(path)
    title = Title.objects.create(name="Elsewhere")
    shelf = Shelf.objects.create(label="elsewhere")
    Copy.objects.update(title=title, shelf=shelf, price=100)

    load(path)

    assert drifted() == []
    assert Shelf.objects.get(pk=shelf.pk).size == 0
    assert Shelf.objects.get(pk=20).total == 7.5


@committing
def test_fixture_is_recomputed_with_the_transaction_around_it(
    path: Path, load: Callable[..., None]
) -> None:
    with transaction.atomic():
        load(path)
        Shelf.objects.update(label="later")

    assert drifted() == []
    assert Shelf.objects.get().upper == "LATER"


@committing
def test_fixture_of_a_test_case_is_recomputed(
    path: Path, load: Callable[..., None]
) -> None:
    """The transaction of such a test never commits."""
    with transaction.atomic():
        load(path)

    assert drifted() == []


@committing
def test_fixture_that_is_skipped_keeps_its_own_values(
    path: Path, load: Callable[..., None], settings: Settings
) -> None:
    settings.COMPUTEDFIELDS_FIXTURES = "skip"

    load(path)

    shelf = Shelf.objects.get()
    assert (shelf.upper, shelf.size, shelf.total) == ("wrong", 9, Decimal(77))
    assert Copy.objects.get(pk=2).place == "wrong"


@committing
def test_fixture_that_fails_leaves_nothing_due(
    tmp_path: Path, load: Callable[..., None]
) -> None:
    shelf = {"model": "computedapp.shelf", "pk": 1, "fields": {"label": "a"}}
    broken = {"model": "computedapp.copy", "pk": 1, "fields": {"price": "much"}}
    path = tmp_path / "broken.json"
    path.write_text(json.dumps([shelf, broken]))

    with pytest.raises(Exception, match="much"):
        load(path)
    with watched() as statements, transaction.atomic():
        pass

    assert Shelf.objects.count() == 0
    assert statements.on(Shelf) == []
