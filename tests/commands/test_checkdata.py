"""checkdata: it finds what is stored and not what the functions say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from django_reckon.computed.rules.problems import Mistake, Problem
from django_reckon.computed.rules.registry import registry
from django_reckon.exceptions import ResolverException
from tests.commands.computed import APP, SPOILT, World, call, differing, spoil
from tests.computedapp.corners import Cell, Circuit, Fuse
from tests.computedapp.models import (
    Copy,
    Shelf,
    Tag,
    Title,
)
from tests.support.database import committing
from tests.support.statements import watched

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Model

pytestmark = committing


def shown(*arguments: str) -> set[tuple[str, Any]]:
    """Return field and key of each row that is found; keys as JSON has them."""
    return differing(call("checkdata", "--silent", "--json", "-", *arguments).out)


def plain(found: set[tuple[str, Any]]) -> set[tuple[str, Any]]:
    """Return what the oracle found with its keys as JSON has them."""
    return {
        (name, tuple(map(_plain, pk)) if isinstance(pk, tuple) else _plain(pk))
        for name, pk in found
    }


def _plain(part: Any) -> Any:
    return part if isinstance(part, int) else str(part)


def test_right_values_end_in_status_zero(world: World) -> None:
    done = call("checkdata", APP)

    assert (done.status, done.err) == (0, "")
    assert done.out.splitlines()[-1].startswith("In sync: all of ")


@pytest.mark.parametrize(
    ("model", "name", "value"),
    [pytest.param(*case, id=f"{case[0].__name__}.{case[1]}") for case in SPOILT],
)
def test_wrong_value_is_found(
    world: World, model: type[Model], name: str, value: Any
) -> None:
    first = world.all(model).order_by("pk")[:1].get()
    spoil(world.all(model).filter(pk=first.pk), **{name: value})

    found = shown(APP)

    assert (f"{model._meta.label}.{name}", *plain({("", first.pk)}).pop()[1:]) in found
    assert found == plain(world.wrong())


def test_everything_wrong_is_found_in_chunks_of_any_size(world: World) -> None:
    for model, name, value in SPOILT:
        spoil(world.all(model), **{name: value})
    expected = plain(world.wrong())

    found = [shown(APP, "--querysize", size) for size in ("1", "2", "3", "1000")]

    assert found == [expected] * 4
    assert {name for name, _ in expected} >= {
        f"{model._meta.label}.{name}" for model, name, _ in SPOILT
    }


def test_wrong_value_ends_in_status_one(world: World) -> None:
    spoil(world.all(Tag), names="wrong")

    done = call("checkdata", "computedapp.Tag")

    assert done.status == 1
    assert done.failure == (
        "Out of sync: 1 of 1 value of 1 field. Run updatedata to bring them up to date."
    )


def test_nothing_is_written(world: World) -> None:
    spoil(world.all(Shelf), total=5)
    before = world.wrong()

    with watched() as statements:
        call("checkdata", APP)

    assert world.wrong() == before
    assert {sql.split(maxsplit=1)[0] for sql in statements.sql} == {"SELECT"}


def test_value_made_from_a_wrong_one_is_judged_by_what_is_stored(
    world: World,
) -> None:
    """The upper case is wrong; the summary does say what its sources say."""
    spoil(world.all(Shelf).filter(label="left"), label="new")

    assert {name for name, _ in shown("computedapp.Shelf")} == {
        "computedapp.Shelf.upper"
    }


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        pytest.param(["computedapp.Tag"], {"Tag"}, id="model"),
        pytest.param(["computedapp.tag"], {"Tag"}, id="lower"),
        pytest.param(
            ["computedapp.Tag", "computedapp.Copy"], {"Tag", "Copy"}, id="two"
        ),
        pytest.param(["computedapp.Room"], {"Room"}, id="parent"),
        pytest.param(["computedapp.Hall"], {"Room", "Hall"}, id="child"),
        pytest.param(["computedapp.Tag", "computedapp.Tag"], {"Tag"}, id="twice"),
    ],
)
def test_labels_narrow(world: World, labels: list[str], expected: set[str]) -> None:
    for model, name, value in SPOILT:
        spoil(world.all(model), **{name: value})

    found = [name.split(".")[1] for name, _ in shown(*labels)]

    assert set(found) == expected


@pytest.mark.parametrize("command", ["checkdata", "updatedata", "showdependencies"])
@pytest.mark.parametrize(
    ("label", "words"),
    [
        pytest.param(
            "computdapp",
            "No installed app has the label 'computdapp'. Did you mean 'computedapp'?",
            id="app",
        ),
        pytest.param(
            "computedapp.Shlf",
            "App 'computedapp' has no model 'Shlf'. Did you mean 'Shelf'?",
            id="model",
        ),
        pytest.param("computedapp.Shelf.total", "Did you mean 'Shelf'?", id="field"),
        pytest.param("", "No installed app has the label ''.", id="empty"),
    ],
)
def test_label_that_names_nothing_is_an_error(
    command: str, label: str, words: str
) -> None:
    done = call(command, label)

    assert (done.status, done.out) == (1, "")
    assert words in done.failure


@pytest.mark.parametrize("command", ["checkdata", "updatedata"])
@pytest.mark.parametrize("label", ["computedapp.Country", "sessions"])
def test_label_without_computed_fields_is_an_error(command: str, label: str) -> None:
    done = call(command, label)

    assert done.status == 1
    assert done.failure.startswith(
        f"{label!r} has no computed fields. These have some: "
    )
    assert "computedapp.Shelf" in done.failure


@pytest.mark.parametrize("command", ["checkdata", "updatedata"])
def test_unknown_database_is_an_error(command: str) -> None:
    done = call(command, APP, "--database", "defalt")

    assert done.status == 1
    assert done.failure == "DATABASES has no 'defalt'. Did you mean 'default'?"


@pytest.mark.parametrize("command", ["checkdata", "updatedata"])
@pytest.mark.parametrize("size", ["0", "-1", "many", "1.5"])
def test_wrong_querysize_is_an_error(command: str, size: str) -> None:
    done = call(command, APP, f"--querysize={size}")

    assert done.status == 1
    assert "is no whole number from 1" in done.failure


def test_database_says_where(world: World) -> None:
    there = World("other")
    there.build()
    spoil(there.all(Tag), names="wrong")

    assert shown(APP) == set()
    assert shown(APP, "--database", "other") == plain(there.wrong())


def test_value_that_cannot_be_computed_is_told_and_the_rest_is_checked(
    world: World,
) -> None:
    fuse = Fuse.objects.create(text="fine")
    spoil(world.all(Fuse).filter(pk=fuse.pk), text="boom")
    spoil(world.all(Tag), names="wrong")

    done = call("checkdata", "computedapp.Fuse", "computedapp.Tag")

    assert done.status == 1
    assert f"'computedapp.Fuse.length' of pk {fuse.pk}" in done.err
    assert "ZeroDivisionError: no length" in done.err
    assert "  names: 1 out of sync" in done.out
    assert "Not to be computed, see above: 1 value." in done.failure


def test_queries_do_not_grow_with_the_rows(world: World) -> None:
    with watched() as few:
        call("checkdata", "computedapp.Shelf")
    title = world.all(Title)[:1].get()
    for at in range(20):
        shelf = Shelf.objects.create(label=f"more {at}")
        Copy.objects.create(shelf=shelf, title=title)

    with watched() as many:
        call("checkdata", "computedapp.Shelf")

    assert len(many) == len(few)


def test_each_chunk_goes_on_where_the_last_one_ended(world: World) -> None:
    with watched() as statements:
        call("checkdata", "computedapp.Tag", "computedapp.Cell", "--querysize", "2")

    cells = statements.on(Cell)
    assert len(cells) == 2
    assert all("LIMIT 2" in sql for sql in cells)
    assert " WHERE " in cells[1]
    assert not any("OFFSET" in sql for sql in cells)


def test_write_between_the_queries_of_a_chunk_is_no_drift(world: World) -> None:
    """The sums are read before the prices, which somebody changes in between."""
    interrupter = Interrupter(
        Copy, lambda: world.all(Copy).filter(price=2).update(price=7)
    )

    with connection.execute_wrapper(interrupter):
        done = call("checkdata", "computedapp.Shelf")

    assert interrupter.is_done
    assert (done.status, done.failure) == (0, "")
    assert world.all(Shelf)[:1].get().total == 8


class Interrupter:
    """Does something before the first statement that reads a model's table."""

    def __init__(self, model: type[Model], act: Callable[[], object]) -> None:
        self._table = f"FROM {connection.ops.quote_name(model._meta.db_table)}"
        self._act = act
        self.is_done = False

    def __call__(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,
        context: dict[str, Any],
    ) -> Any:
        if self._table in sql and not self.is_done:
            self.is_done = True
            self._act()
        return execute(sql, params, many, context)


def test_declaration_that_is_wrong_is_an_error(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = ResolverException("It is wrong. Mend it.")
    problem = Problem(Circuit, "strength", error, Mistake.SHAPE)
    monkeypatch.setattr(registry, "problems", [problem])

    done = call("checkdata", APP)

    assert (done.status, done.failure) == (1, "It is wrong. Mend it.")
