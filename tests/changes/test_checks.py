"""Writes that nobody sees, as far as a check can know them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.core.checks import WARNING
from django.core.checks.registry import registry
from django.db import connection, models
from django.test.utils import isolate_apps
from typing_extensions import override

from django_reckon import checks
from django_reckon.changes.watch import Watch, watch_list
from django_reckon.checks import messages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django_reckon.changes.event import Change


def _ignore(change: Change) -> None:
    """Hear and forget."""


@pytest.fixture(autouse=True)
def _isolated(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(watch_list, "interests", dict(watch_list.interests))
    with isolate_apps("tests.changesapp") as isolated:
        monkeypatch.setattr(messages, "apps", isolated)
        yield


def _told(*watched: type[models.Model]) -> list[tuple[str | None, str]]:
    for model in watched:
        watch_list.add(model, Watch(listener=_ignore))
    return [(found.id, found.msg) for found in checks.check_writes(None)]


needs_database_actions = pytest.mark.skipif(
    not hasattr(models, "DB_CASCADE"), reason="Django before 6.1 has no DB_CASCADE."
)


@needs_database_actions
@pytest.mark.parametrize("name", ["DB_CASCADE", "DB_SET_NULL", "DB_SET_DEFAULT"])
def test_relation_left_to_the_database_is_told(name: str) -> None:
    class Left(models.Model):
        to = models.ForeignKey("self", getattr(models, name), null=True, db_default=1)
        kept = models.ForeignKey("self", models.CASCADE, related_name="+")

        class Meta:
            app_label = "changesapp"

    found = _told(Left)

    problem = f"changesapp.Left.to leaves its rows to the database by {name}."
    assert found == [("reckon.W001", problem)]


@needs_database_actions
def test_relation_of_a_table_nobody_watches_is_not_told() -> None:
    class Unwatched(models.Model):
        to = models.ForeignKey("self", models.DB_CASCADE, null=True)  # type: ignore[attr-defined, unused-ignore]  # Django 6.1

        class Meta:
            app_label = "changesapp"

    assert _told() == []


class RawQuerySet(models.QuerySet[Any]):
    """Writes in ways of its own."""

    @override
    def update(self, **kwargs: Any) -> int:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE ...")
        return 1

    @override
    def delete(self) -> tuple[int, dict[str, int]]:
        """Write all the same, and seen."""
        return self.filter(pk=1).update(gone=True), {}

    @override
    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> Any:
        return super().bulk_create(objs, *args, **kwargs)

    @override
    def bulk_update(self, objs: Any, *args: Any, **kwargs: Any) -> int:
        return models.QuerySet.bulk_update(self, objs, *args, **kwargs)


class OwnManager(models.Manager[Any]):
    """Hands out its own querysets, and writes by itself."""

    @override
    def get_queryset(self) -> RawQuerySet:
        return RawQuerySet(self.model, using=self._db)

    @override
    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> Any:
        connection.cursor().execute("COPY ...")


def test_methods_that_go_their_own_way_are_told_once() -> None:
    class First(models.Model):
        objects = OwnManager()
        others = RawQuerySet.as_manager()

        class Meta:
            app_label = "changesapp"

    class Second(models.Model):
        objects = OwnManager()

        class Meta:
            app_label = "changesapp"

    found = _told(First, Second)

    told = "writes by neither super() nor another ORM method."
    assert found == [
        ("reckon.W002", f"tests.changes.test_checks.OwnManager.bulk_create() {told}"),
        ("reckon.W002", f"tests.changes.test_checks.RawQuerySet.update() {told}"),
    ]


def test_methods_of_a_table_nobody_watches_are_not_told() -> None:
    class Free(models.Model):
        objects = RawQuerySet.as_manager()

        class Meta:
            app_label = "changesapp"

    assert _told() == []


def test_manager_that_cannot_make_querysets_yet_is_judged_by_its_class() -> None:
    class LaterManager(models.Manager[Any]):
        _queryset_class = RawQuerySet

        @override
        def get_queryset(self) -> Any:
            raise LookupError

    class Later(models.Model):
        objects = LaterManager()

        class Meta:
            app_label = "changesapp"

    assert [check_id for check_id, _ in _told(Later)] == ["reckon.W002"]


def test_warning_says_what_to_do_and_where_to_read() -> None:
    class Told(models.Model):
        objects = RawQuerySet.as_manager()

        class Meta:
            app_label = "changesapp"

    watch_list.add(Told, Watch(listener=_ignore))

    [warning] = checks.check_writes(None)

    assert warning.level == WARNING
    assert warning.obj is Told
    assert warning.hint is not None
    assert "checks.html#reckon-w002" in warning.hint


def test_models_of_the_tests_are_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """Among them managers and querysets that override and call super()."""
    monkeypatch.setattr(messages, "apps", apps)

    registered: set[Any] = {*registry.registered_checks}
    assert checks.check_writes in registered
    assert checks.check_writes(None) == []
