"""A manager that goes into migrations is written once, not by every makemigrations."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.apps.registry import Apps
from django.db import models
from django.db.migrations import AlterModelManagers, CreateModel, Migration
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.writer import MigrationWriter

from django_reckon.managers import FastCountManager
from tests.testapp.models import OrderQuerySet
from tests.unit.migrated import BuiltManager, DerivedManager, MigratedManager

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.migrations.operations.base import Operation

HOUR: Final = dt.timedelta(hours=1)
STORE: Final = {"BACKEND": "django", "OPTIONS": {"alias": "locmem"}}

MANAGERS: Final[dict[str, Callable[[], FastCountManager[Any]]]] = {
    "defaults": lambda: MigratedManager(),
    "named": lambda: MigratedManager(
        precache_count_every=HOUR, cache_counts_larger_than=5
    ),
    "positional": lambda: MigratedManager(HOUR, 5, HOUR, 60, True),
    "backends": lambda: MigratedManager(
        cache=STORE, resolvers=["cache", "exact"], dispatcher="thread"
    ),
    "extensions": lambda: MigratedManager(
        cache_counts_slower_than=HOUR, serve_stale_for=HOUR
    ),
    "derived": lambda: DerivedManager(cache_counts_larger_than=5),
    "built_from_a_queryset": lambda: BuiltManager(cache_counts_larger_than=5),
}
each_manager = pytest.mark.parametrize("make", MANAGERS.values(), ids=MANAGERS)


def _model(**managers: object) -> type[models.Model]:
    """Return a model in a registry of its own."""
    attributes = {"__module__": __name__, "Meta": _meta(), **managers}
    return type("Shop", (models.Model,), attributes)


def _meta(**options: object) -> type:
    return type("Meta", (), {"app_label": "testapp", "apps": Apps(), **options})


def _state(model: type[models.Model]) -> ProjectState:
    state = ProjectState()
    state.add_model(ModelState.from_model(model))
    return state


def _migrated(model: type[models.Model]) -> ProjectState:
    """Return the state after a migration that was written to a file and read again."""
    state = ModelState.from_model(model)
    created = CreateModel(
        state.name,
        list(state.fields.items()),
        state.options,
        state.bases,
        state.managers,
    )
    return _read([created]).mutate_state(ProjectState())


def _text(operations: list[Operation]) -> str:
    """Return the file that makemigrations writes."""
    made = type("Migration", (Migration,), {"operations": operations})
    return MigrationWriter(made("0001_initial", "testapp")).as_string()


def _read(operations: list[Operation]) -> Migration:
    names: dict[str, Any] = {}
    exec(_text(operations), names)
    written: Migration = names["Migration"]("0001_initial", "testapp")
    return written


def _changes(before: ProjectState, after: ProjectState) -> list[Operation]:
    """Return what makemigrations would write."""
    # changes() would drop those of an app that the graph does not know.
    detector = MigrationAutodetector(before, after)
    found: Any = getattr(detector, "_detect_changes")()  # noqa: B009 - not in the stubs
    return [
        operation
        for migrations in found.values()
        for migration in migrations
        for operation in migration.operations
    ]


@each_manager
def test_unchanged_manager_yields_no_migration(
    make: Callable[[], FastCountManager[Any]],
) -> None:
    assert (
        _changes(_migrated(_model(objects=make())), _state(_model(objects=make())))
        == []
    )


@each_manager
def test_migration_keeps_the_manager_with_its_configuration(
    make: Callable[[], FastCountManager[Any]],
) -> None:
    model = _model(objects=make())

    historical = _migrated(model).apps.get_model("testapp", "Shop")

    manager, original = historical._meta.managers_map["objects"], make()
    assert isinstance(manager, FastCountManager)
    assert manager.policy == original.policy


def test_historical_manager_is_of_the_class_that_was_written() -> None:
    historical = _migrated(_model(objects=BuiltManager())).apps.get_model(
        "testapp", "Shop"
    )

    manager = historical._meta.managers_map["objects"]
    assert isinstance(manager, BuiltManager)
    assert isinstance(manager.get_queryset(), OrderQuerySet)


def test_several_managers_yield_no_migration() -> None:
    def model() -> type[models.Model]:
        return _model(
            objects=MigratedManager(cache_counts_larger_than=1),
            rarely=MigratedManager(cache_counts_larger_than=2),
        )

    assert _changes(_migrated(model()), _state(model())) == []


def test_inherited_manager_yields_no_migration() -> None:
    def model() -> type[models.Model]:
        manager = MigratedManager(cache_counts_larger_than=5)
        attributes = {"__module__": __name__, "objects": manager}
        base = type(
            "Base", (models.Model,), {**attributes, "Meta": _meta(abstract=True)}
        )
        return type("Shop", (base,), {"__module__": __name__, "Meta": _meta()})

    assert _changes(_migrated(model()), _state(model())) == []


def test_manager_that_stays_out_of_migrations_yields_none() -> None:
    before = _model(objects=FastCountManager[Any]())
    after = _model(objects=FastCountManager[Any](cache_counts_larger_than=5))

    assert _changes(_migrated(before), _state(after)) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            MigratedManager(),
            MigratedManager(cache_counts_larger_than=5),
            id="argument",
        ),
        pytest.param(MigratedManager(), DerivedManager(), id="class"),
        pytest.param(FastCountManager[Any](), MigratedManager(), id="first_time"),
        pytest.param(MigratedManager(), FastCountManager[Any](), id="no_more"),
        pytest.param(models.Manager[Any](), MigratedManager(), id="from_django_s"),
    ],
)
def test_changed_manager_yields_one_migration(
    before: models.Manager[Any], after: models.Manager[Any]
) -> None:
    (operation,) = _changes(
        _migrated(_model(objects=before)), _state(_model(objects=after))
    )

    assert isinstance(operation, AlterModelManagers)


def test_written_change_is_written_once() -> None:
    before = _migrated(_model(objects=MigratedManager()))
    after = _state(_model(objects=MigratedManager(cache_counts_larger_than=5)))
    changes = _changes(before, after)

    migrated = _read(changes).mutate_state(before)

    assert _changes(migrated, after) == []


def test_migration_shows_the_arguments_as_they_were_written() -> None:
    manager = MigratedManager(cache_counts_larger_than=5)
    state = ModelState.from_model(_model(objects=manager))

    text = _text([AlterModelManagers("shop", state.managers)])

    assert "tests.unit.migrated.MigratedManager(cache_counts_larger_than=5)" in text


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        pytest.param(MigratedManager(), MigratedManager(), True, id="alike"),
        pytest.param(MigratedManager(), DerivedManager(), False, id="class"),
        pytest.param(
            MigratedManager(),
            MigratedManager(cache_counts_larger_than=1),
            False,
            id="argument",
        ),
        pytest.param(MigratedManager(), models.Manager[Any](), False, id="django_s"),
        pytest.param(MigratedManager(), None, False, id="nothing"),
    ],
)
def test_managers_are_equal_if_written_alike(
    first: object, second: object, *, same: bool
) -> None:
    assert (first == second) is same
    assert (second == first) is same


def test_manager_on_a_model_equals_the_same_without_one() -> None:
    bound = _model(objects=MigratedManager())._meta.managers_map["objects"]

    assert bound == MigratedManager()
    assert len({bound, bound}) == 1
