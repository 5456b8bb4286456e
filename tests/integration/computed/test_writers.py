"""Whichever writer is chosen, the same values are in the columns."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from django_reckon.computed.writers import writer_named
from django_reckon.ground.internals import concrete_field
from tests.computedapp.corners import Cell, Listing, Sample
from tests.computedapp.models import Member, Ticket, Title
from tests.integration.computed.shop import Shop
from tests.support.database import committing
from tests.support.drift import drifted
from tests.support.statements import is_update, watched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

    from tests.support.acting import Act

pytestmark = committing

SEEDS = [1, 2, 77, 300]
WRITERS = ["fast", "bulk", "loop"]


@pytest.fixture(params=WRITERS)
def writer(request: pytest.FixtureRequest, settings: Settings) -> str:
    """Choose one of our writers by its name."""
    name: str = request.param
    settings.COMPUTEDFIELDS_FASTUPDATE = name
    return name


@pytest.mark.usefixtures("writer")
@pytest.mark.parametrize("before", [0, 5], ids=["from NULL", "from values"])
@pytest.mark.parametrize("after", [0, *SEEDS])
def test_value_of_every_type_is_stored(before: int, after: int, act: Act) -> None:
    Sample.objects.bulk_create([Sample(seed=before) for _ in range(3)])

    act(Sample.objects, "update", seed=after)

    assert drifted(Sample) == []


@pytest.mark.usefixtures("writer")
def test_rows_get_their_own_values_and_no_others(act: Act) -> None:
    samples = [Sample(seed=0) for _ in range(5)]
    Sample.objects.bulk_create(samples)
    for seed, sample in enumerate(samples):
        sample.seed = seed

    act(Sample.objects, "bulk_update", samples, ["seed"])

    assert drifted(Sample) == []
    lines = Sample.objects.order_by("pk").values_list("line", flat=True)
    assert [line.split()[0] for line in lines] == ["0", "1", "2", "3", "4"]


@pytest.mark.usefixtures("writer")
@pytest.mark.parametrize("seed", [0, 8])
def test_composite_key_of_many_types_finds_its_row(seed: int, act: Act) -> None:
    day = dt.date(2024, 2, 29)
    code = uuid.UUID(int=5)
    levels = [Decimal("1.50"), Decimal("-2.25")]
    Cell.objects.bulk_create([Cell(code=code, day=day, level=n) for n in levels])
    Cell.objects.create(code=uuid.uuid4(), day=day, level=levels[0], seed=3)

    act(Cell.objects.filter(code=code), "update", seed=seed)

    assert drifted(Cell) == []
    assert Cell.objects.filter(seed=seed).count() == 2


@pytest.mark.usefixtures("writer")
def test_rows_with_composite_and_client_made_keys(shop: Shop, act: Act) -> None:
    act(shop.all(Ticket), "update", hall=shop.annex)
    act(shop.all(Title), "update", name="same")

    assert drifted(Ticket, Member) == []


def test_setting_may_be_a_flag(settings: Settings) -> None:
    Title.objects.bulk_create([Title(name="t") for _ in range(3)])

    def statement(*, fast: bool) -> str:
        settings.COMPUTEDFIELDS_FASTUPDATE = fast
        with watched() as statements:
            Title.objects.update(name=f"fast {fast}")
        assert drifted(Title) == []
        return "; ".join(statements.sql)

    assert "CASE" not in statement(fast=True).upper()
    assert "CASE" in statement(fast=False).upper()


@pytest.mark.parametrize("writer", ["fast", "bulk"])
def test_batches_are_as_large_as_the_setting(
    writer: str, settings: Settings, act: Act
) -> None:
    settings.COMPUTEDFIELDS_FASTUPDATE = writer
    shop = Shop()
    titles = [Title(name=str(n), publisher=shop.oak) for n in range(10)]
    Title.objects.bulk_create(titles)

    def updates(size: int) -> int:
        settings.COMPUTEDFIELDS_BATCHSIZE_FAST = size
        settings.COMPUTEDFIELDS_BATCHSIZE_BULK = size
        with watched() as statements:
            act(Title.objects.filter(pk__gte=titles[0].pk), "update", name=f"n{size}")
        return sum(map(is_update, statements.sql))

    assert updates(3) - updates(10) == 3
    assert drifted() == []


@pytest.mark.parametrize("writer", WRITERS)
def test_row_that_is_gone_is_no_error(writer: str) -> None:
    sample = Sample.objects.create(seed=1)
    field = concrete_field(Sample, "line")

    writer_named(writer).write(
        Sample, "default", [field], {sample.pk: ["kept"], sample.pk + 1: ["gone"]}
    )

    assert list(Sample.objects.values_list("line", flat=True)) == ["kept"]


@pytest.fixture
def listings() -> Iterator[None]:
    """Make the table of arrays for one test."""
    with connection.schema_editor() as editor:
        editor.create_model(Listing)
    yield
    with connection.schema_editor() as editor:
        editor.delete_model(Listing)


@pytest.mark.needs("set_returning_functions")
@pytest.mark.usefixtures("listings")
@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize(
    ("numbers", "words"),
    [([1, 2], ["a", "b,c"]), ([], []), (None, None), ([None, 3], ['"', "'"])],
    ids=["filled", "empty", "NULL", "holes"],
)
def test_array_is_stored(
    numbers: list[int | None] | None, words: list[str] | None, writer: str
) -> None:
    first, second = (Listing._base_manager.create(numbers=[9]) for _ in range(2))
    fields = [concrete_field(Listing, name) for name in ("numbers", "words")]

    writer_named(writer).write(Listing, "default", fields, {first.pk: [numbers, words]})

    rows = Listing._base_manager.order_by("pk").values_list("pk", "numbers", "words")
    assert list(rows) == [(first.pk, numbers, words), (second.pk, [9], None)]
