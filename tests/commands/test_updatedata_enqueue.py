"""updatedata --enqueue: the chunks as tasks, for workers elsewhere."""

from __future__ import annotations

import json
import random
import sys
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import django
import pytest

from django_reckon.computed.auditing import enqueuing
from django_reckon.computed.writers import WRITERS
from tests.commands.computed import APP, SPOILT, World, call, records, spoil
from tests.computedapp.corners import Cell, Fuse
from tests.computedapp.models import Copy, Country, Shelf, Tag, Ticket
from tests.support.database import committing
from tests.support.threads import start
from tests.support.workers import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_django import Settings

FRAMEWORK: Final = "django.tasks" if django.VERSION >= (6, 0) else "django_tasks"

pytest.importorskip(
    FRAMEWORK, reason="Django 5.2 needs the package django-tasks for tasks."
)
pytestmark = committing


def backend(name: str) -> dict[str, dict[str, str]]:
    """Return TASKS with one of the backends that the framework brings."""
    path = f"{FRAMEWORK}.backends.{name.lower()}.{name}Backend"
    return {"default": {"BACKEND": path}}


@pytest.fixture
def _immediate(settings: Settings) -> None:
    settings.TASKS = backend("Immediate")


@pytest.fixture
def _kept(settings: Settings) -> None:
    settings.TASKS = backend("Dummy")


def kept() -> list[Any]:
    """Return what was enqueued, oldest first; Any, the version decides of what type."""
    module = sys.modules[FRAMEWORK]
    return list(module.task_backends["default"].results)


def perform(tasks: Iterable[Any]) -> None:
    """Run tasks here, as a worker would that got them as JSON."""
    for each in tasks:
        arguments = json.loads(json.dumps(each.kwargs))
        json.dumps(each.task.call(*each.args, **arguments))


def spoil_everything(world: World) -> None:
    """Let values be wrong by themselves, and others by sources that moved unseen."""
    for model, name, value in SPOILT:
        spoil(world.all(model), **{name: value})
    spoil(world.all(Country), code="CH")
    spoil(world.all(Copy), amount=7)


@pytest.mark.usefixtures("_immediate")
@pytest.mark.parametrize("mode", sorted(WRITERS))
def test_backend_that_runs_tasks_at_once_leaves_nothing_wrong(
    world: World, mode: str
) -> None:
    spoil_everything(world)

    done = call("updatedata", APP, "--enqueue", "--querysize", "2", "--mode", mode)

    assert (done.status, done.failure) == (0, "")
    assert world.wrong() == set()


@pytest.mark.usefixtures("_kept")
@pytest.mark.parametrize("order", ["first to last", "last to first", "any"])
@pytest.mark.parametrize("size", ["1", "2", "1000"])
def test_order_of_tasks_does_not_matter(world: World, order: str, size: str) -> None:
    spoil_everything(world)
    wrong = world.wrong()

    call("updatedata", APP, "--enqueue", "--querysize", size)
    tasks = kept()
    assert world.wrong() == wrong
    if order == "last to first":
        tasks.reverse()
    elif order == "any":
        random.shuffle(tasks)
    perform(tasks)

    assert world.wrong() == set()


@pytest.mark.usefixtures("_kept")
@pytest.mark.needs("row_locks")
def test_tasks_may_run_at_the_same_time(world: World) -> None:
    spoil_everything(world)
    call("updatedata", APP, "--enqueue", "--querysize", "1")
    tasks = kept()
    random.shuffle(tasks)

    workers = [start(partial(perform, tasks[at::3])) for at in range(3)]
    for each in workers:
        each.result(PATIENCE)

    assert world.wrong() == set()


@pytest.mark.usefixtures("_kept")
def test_task_that_runs_twice_does_no_harm(world: World) -> None:
    spoil_everything(world)
    call("updatedata", APP, "--enqueue")

    perform(kept() * 2)

    assert world.wrong() == set()


@pytest.mark.usefixtures("_kept")
def test_task_names_its_rows_and_is_given_how_to_write(world: World) -> None:
    keys = list(world.all(Shelf).order_by("pk").values_list("pk", flat=True))
    arguments = ("--enqueue", "--querysize", "2", "--mode", "loop")

    call("updatedata", "computedapp.Shelf", *arguments)

    shelves = [each.kwargs for each in kept()]
    assert shelves[0] == {
        "model": "computedapp.Shelf",
        "database": "default",
        "fields": shelves[0]["fields"],
        "first": keys[0],
        "last": keys[1],
        "mode": "loop",
        "querysize": 2,
    }
    assert (shelves[1]["first"], shelves[1]["last"]) == (keys[2], keys[2])


@pytest.mark.usefixtures("_kept")
def test_keys_of_every_type_are_carried(world: World) -> None:
    spoil(world.all(Ticket), text="wrong")
    spoil(world.all(Cell), json=[])
    labels = ("computedapp.Ticket", "computedapp.Cell")

    call("updatedata", *labels, "--enqueue", "--querysize", "2")
    perform(kept())

    assert world.wrong() == set()


@pytest.mark.usefixtures("_kept")
def test_database_says_where_tasks_write(world: World) -> None:
    there = World("other")
    there.build()
    for each in (world, there):
        spoil(each.all(Tag), names="wrong")

    call("updatedata", APP, "--enqueue", "--database", "other")
    perform(kept())

    assert there.wrong() == set()
    assert len(world.wrong()) == 1


@pytest.mark.usefixtures("_kept")
def test_report_tells_how_many_were_queued(world: World) -> None:
    arguments = ("computedapp.Tag", "computedapp.Ticket", "--querysize", "2")

    done = call("updatedata", *arguments, "--enqueue")

    assert sorted(done.out.splitlines()) == [
        "3 tasks queued.",
        "computedapp.Tag (names) on default: 1 task queued",
        "computedapp.Ticket (text) on default: 2 tasks queued",
    ]
    assert len(kept()) == 3


@pytest.mark.usefixtures("_kept")
def test_json_is_one_object_a_line(world: World) -> None:
    done = call("updatedata", "computedapp.Tag", "--enqueue", "--json")

    assert records(done.out) == [
        {
            "model": "computedapp.Tag",
            "database": "default",
            "fields": ["names"],
            "tasks": 1,
        }
    ]


# What goes wrong.


@pytest.fixture
def fuses(db: None) -> list[int]:
    """Write four rows whose lengths are wrong, the last of which has none."""
    keys = [Fuse.objects.create(text="fine").pk for _ in range(4)]
    spoil(Fuse.objects.all(), text="longer")
    spoil(Fuse.objects.filter(pk=keys[3]), text="boom")
    return keys


CHUNKS: Final = ["computedapp.Fuse", "--querysize", "2", "--enqueue"]


@pytest.mark.usefixtures("_immediate")
def test_task_that_fails_at_once_is_told(fuses: list[int]) -> None:
    done = call("updatedata", *CHUNKS)

    assert done.status == 1
    assert done.failure == (
        "Tasks that failed: 1 of 2, for the backend ran them at once. The log of the "
        "Tasks framework says why."
    )


@pytest.mark.usefixtures("_kept")
def test_task_that_fails_leaves_its_chunk_as_it_was(fuses: list[int]) -> None:
    call("updatedata", *CHUNKS)
    good, bad = kept()

    perform([good])
    with pytest.raises(Exception, match="no length"):
        perform([bad])

    lengths = Fuse.objects.order_by("pk").values_list("length", flat=True)
    assert list(lengths) == [6, 6, 4, 4]


@pytest.mark.usefixtures("_kept")
def test_task_of_a_field_that_is_gone_says_so(fuses: list[int]) -> None:
    call("updatedata", *CHUNKS)
    task = kept()[0]
    task.kwargs["fields"] = ["width"]

    with pytest.raises(LookupError, match="no computed field width any more"):
        perform([task])


def test_framework_that_is_missing_is_named_with_its_remedy(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (enqueuing.TASK.rpartition(".")[0], "django_reckon.ground.tasks"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, FRAMEWORK, None)

    done = call("updatedata", APP, "--enqueue")

    assert done.status == 1
    assert "install the package django-tasks" in done.failure


@pytest.mark.parametrize(
    "tasks",
    [
        pytest.param({"default": {"BACKEND": "nowhere.Backend"}}, id="no backend"),
        pytest.param({"quick": backend("Dummy")["default"]}, id="no default"),
    ],
)
def test_backend_that_is_missing_is_named_with_its_remedy(
    world: World, settings: Settings, tasks: dict[str, Any]
) -> None:
    settings.TASKS = tasks

    done = call("updatedata", APP, "--enqueue")

    assert done.status == 1
    assert "The Tasks framework has no backend to enqueue with" in done.failure
    assert "Name one as 'default' in the setting TASKS." in done.failure


@pytest.mark.usefixtures("_kept")
def test_queue_that_takes_no_more_says_what_it_took(
    fuses: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = sys.modules[FRAMEWORK].task_backends["default"]
    plain = backend.enqueue

    def enqueue(*arguments: Any) -> Any:
        if kept():
            raise ConnectionError("nobody there")
        return plain(*arguments)

    monkeypatch.setattr(backend, "enqueue", enqueue)

    done = call("updatedata", *CHUNKS)

    assert done.status == 1
    assert done.failure.startswith(
        "Tasks framework could not enqueue (ConnectionError: nobody there). Tasks that "
        "were queued before: 1."
    )
