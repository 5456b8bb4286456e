"""updatedata: afterwards everything is what the functions say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from django_reckon.computed.refreshing import engine
from django_reckon.computed.writers import WRITERS, writer_named
from django_reckon.signals import resolver_update
from tests.commands.computed import APP, SPOILT, World, call, records, spoil
from tests.computedapp.corners import Cell, Fuse
from tests.computedapp.models import Copy, Country, Hall, Shelf, Tag, Ticket, Title
from tests.support.database import committing
from tests.support.statements import Statements, watched

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = committing


def spoil_everything(world: World) -> None:
    """Let every field that SPOILT names be wrong in every row."""
    for model, name, value in SPOILT:
        spoil(world.all(model), **{name: value})


def updates(statements: Statements) -> list[str]:
    """Return the statements that wrote."""
    return [sql for sql in statements.sql if not sql.startswith("SELECT")]


@pytest.mark.parametrize("size", ["1", "2", "1000"])
def test_everything_is_right_at_the_end(world: World, size: str) -> None:
    spoil_everything(world)

    done = call("updatedata", APP, "--querysize", size)

    assert done.status == 0
    assert world.wrong() == set()


def test_sources_that_moved_unseen_are_followed_to_the_end(world: World) -> None:
    """Three levels: the country's code is in the lines, those are in the summaries."""
    spoil(world.all(Country), code="CH")
    spoil(world.all(Shelf), label="new")
    spoil(world.all(Copy), price=20, amount=2)
    spoil(world.all(Hall), seats=7)

    call("updatedata")

    assert world.wrong() == set()
    assert "CH" in world.all(Shelf)[:1].get().summary


@pytest.mark.parametrize("mode", sorted(WRITERS))
def test_every_mode_writes_the_same(world: World, mode: str) -> None:
    spoil_everything(world)

    done = call("updatedata", APP, "--mode", mode)

    assert done.status == 0
    assert world.wrong() == set()


@pytest.mark.parametrize("mode", sorted(WRITERS))
def test_mode_chooses_the_writer(
    world: World, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    used: list[object] = []
    plain = engine.Refresh.run

    def run(self: engine.Refresh) -> engine.Tally:
        used.append(self.writer)
        return plain(self)

    monkeypatch.setattr(engine.Refresh, "run", run)

    call("updatedata", "computedapp.Tag", "--mode", mode)

    assert set(used) == {writer_named(mode)}


def test_unknown_mode_is_an_error() -> None:
    done = call("updatedata", APP, "--mode", "slow")

    assert done.status == 1
    assert "'slow'" in done.failure


def test_label_includes_what_follows_elsewhere(world: World) -> None:
    spoil(world.all(Country), code="CH")
    spoil(world.all(Tag), names="wrong")

    call("updatedata", "computedapp.Title")

    assert "CH" in world.all(Shelf)[:1].get().summary
    assert world.wrong() == {("computedapp.Tag.names", world.all(Tag).get().pk)}


def test_second_run_writes_nothing(world: World) -> None:
    spoil_everything(world)
    call("updatedata", APP)

    with watched() as statements:
        done = call("updatedata", APP, "--json")

    assert [each["written"] for each in records(done.out)] == [0] * len(
        records(done.out)
    )
    assert not any("UPDATE " in sql[:12] for sql in statements.sql)


def test_only_what_differs_is_written(world: World) -> None:
    spoil(world.all(Shelf).filter(label="left"), total=5)

    done = call("updatedata", "computedapp.Shelf", "--json")

    assert sum(each["written"] for each in records(done.out)) == 1


def test_rows_of_composite_keys_are_gone_through_in_chunks(world: World) -> None:
    spoil(world.all(Ticket), text="wrong")
    spoil(world.all(Cell), json=[])

    call("updatedata", "computedapp.Ticket", "computedapp.Cell", "--querysize", "2")

    assert world.wrong() == set()


def test_database_says_where(world: World) -> None:
    there = World("other")
    there.build()
    for each in (world, there):
        spoil(each.all(Tag), names="wrong")

    call("updatedata", APP, "--database", "other")

    assert there.wrong() == set()
    assert len(world.wrong()) == 1


def test_queries_do_not_grow_with_the_rows(world: World) -> None:
    spoil(world.all(Shelf), total=5)
    with watched() as few:
        call("updatedata", "computedapp.Shelf")
    title = world.all(Title)[:1].get()
    for at in range(20):
        shelf = Shelf.objects.create(label=f"more {at}")
        Copy.objects.create(shelf=shelf, title=title)
    spoil(world.all(Shelf), total=5)

    with watched() as many:
        call("updatedata", "computedapp.Shelf")

    assert world.wrong() == set()
    assert len(many) == len(few)


def test_report_names_what_was_read_and_written(world: World) -> None:
    spoil(world.all(Tag), names="wrong")

    lines = call("updatedata", "computedapp.Tag").out.splitlines()

    assert lines == [
        "computedapp.Tag (names) on default: 1 row read, 1 written",
        "1 row read, 1 written.",
    ]


def test_json_is_one_object_a_line(world: World) -> None:
    spoil(world.all(Tag), names="wrong")

    done = call("updatedata", "computedapp.Tag", "--json")

    assert records(done.out) == [
        {
            "model": "computedapp.Tag",
            "database": "default",
            "fields": ["names"],
            "read": 1,
            "written": 1,
        }
    ]


# A run that ends early.

CHUNKS: Final = ["computedapp.Fuse", "--querysize", "2"]


@pytest.fixture
def fuses(db: None) -> list[int]:
    """Write five rows whose lengths are wrong, and return their keys in order."""
    keys = [Fuse.objects.create(text="fine").pk for _ in range(5)]
    spoil(Fuse.objects.all(), text="longer")
    return keys


def right() -> list[int]:
    """Return the keys of the fuses whose lengths are right."""
    rows = Fuse.objects.order_by("pk")
    return [fuse.pk for fuse in rows if fuse.length == len(fuse.text)]


def test_chunks_before_a_failure_stay_written(fuses: list[int]) -> None:
    spoil(Fuse.objects.filter(pk=fuses[3]), text="boom")

    done = call("updatedata", *CHUNKS)

    assert done.status == 1
    assert [key for key in right() if key != fuses[3]] == fuses[:2]
    assert f"'computedapp.Fuse.length' of pk {fuses[3]}" in done.failure
    assert "2 rows written before stay so. Start the command again" in done.failure


def test_failure_undoes_its_own_chunk(fuses: list[int]) -> None:
    spoil(Fuse.objects.filter(pk=fuses[3]), text="boom")

    call("updatedata", *CHUNKS)

    assert Fuse.objects.get(pk=fuses[2]).length == len("fine")


def test_value_that_its_column_refuses_is_named(fuses: list[int]) -> None:
    spoil(Fuse.objects.filter(pk=fuses[1]), text="none")

    done = call("updatedata", *CHUNKS)

    assert done.status == 1
    assert f"'computedapp.Fuse.length' of pk {fuses[1]}" in done.failure
    assert "0 rows written before" in done.failure


@pytest.fixture
def interrupted() -> Iterator[list[str]]:
    """Press Ctrl-C while the second chunk is written, once."""
    chunks: list[str] = []

    def press(sender: object, model: Any, **_: object) -> None:
        chunks.append(model.__name__)
        if len(chunks) == 2:
            raise KeyboardInterrupt

    resolver_update.connect(press)
    yield chunks
    resolver_update.disconnect(press)


def test_interrupted_run_keeps_its_chunks_and_says_so(
    fuses: list[int], interrupted: list[str]
) -> None:
    done = call("updatedata", *CHUNKS)

    assert done.status == 130
    assert done.failure == (
        "Interrupted. 2 rows written before stay so. Start the command again to go "
        "on; it writes only what still differs."
    )
    assert right() == fuses[:2]


def test_interrupted_run_goes_on_when_it_is_started_again(
    fuses: list[int], interrupted: list[str]
) -> None:
    call("updatedata", *CHUNKS)

    done = call("updatedata", *CHUNKS, "--json")

    assert done.status == 0
    assert next(each["written"] for each in records(done.out)) == 3
    assert right() == fuses


def test_interrupted_run_leaves_nothing_that_follows_behind(
    world: World, interrupted: list[str]
) -> None:
    """The first run mended the lines and never came to the summaries."""
    spoil(world.all(Country), code="CH")
    arguments = ("computedapp.Title", "--querysize", "1")
    call("updatedata", *arguments)
    assert world.wrong() != set()

    call("updatedata", *arguments)

    assert world.wrong() == set()
