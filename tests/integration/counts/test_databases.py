"""Several databases, routed reads, tenants and schemas: each has counts of its own."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections

from django_reckon.models import FastCount
from tests.support.database import committing
from tests.support.loops import in_loop
from tests.support.statements import watched
from tests.support.tenants import current
from tests.support.world import add_books, add_essays
from tests.testapp.models import Book, Essay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

    from tests.support.twins import Twin

pytestmark = committing


def test_rows_of_our_table_stay_in_one_database(twin: Twin) -> None:
    add_essays(2)
    add_essays(3, using="other")

    twin.count(Essay.objects.using("default"))
    twin.count(Essay.objects.using("other"))

    assert sorted(FastCount.objects.values_list("count", flat=True)) == [2, 3]
    assert FastCount.objects.using("other").count() == 0


def test_manager_bound_to_a_database_counts_there(twin: Twin) -> None:
    add_essays(2)
    add_essays(3, using="other")

    counted = twin.count(Essay.objects.db_manager("other"))

    assert counted == 3


def test_routed_count_is_made_and_kept_where_the_router_reads(
    twin: Twin, settings: Settings
) -> None:
    add_books(2)
    add_books(3, using="other")
    twin.count(Book.objects.all())
    settings.DATABASE_ROUTERS = ["tests.support.routers.BooksElsewhere"]

    routed = twin.info(Book.objects.all())
    by_name = twin.info(Book.objects.using("other"))

    assert (routed.value, routed.source) == (3, "exact")
    assert (by_name.value, by_name.source) == (3, "cache")


def test_count_is_made_in_the_database_it_is_kept_for(twin: Twin) -> None:
    """A router may answer differently the next time it is asked."""

    class Wavering:
        answers = ["other", "default"]  # noqa: RUF012 - used up on purpose

        def db_for_read(self, model: type[Any], **hints: object) -> str | None:
            if model is Essay and self.answers:
                return self.answers.pop(0)
            return None

    add_essays(2)
    add_essays(3, using="other")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.db.router.routers", [Wavering()])
        twin.count(Essay.objects.all())

    assert twin.count(Essay.objects.using("default")) == 2
    assert twin.count(Essay.objects.using("other")) == 3


@contextmanager
def tenant(name: str) -> Iterator[None]:
    """Switch the rows that one table name means, as a tenant's middleware does."""
    Essay.objects.all().delete()
    add_essays({"a": 2, "b": 3}[name])
    token = current.set(name)
    setattr(connection, "tenant", name)  # noqa: B010 - an attribute of the tenant's own
    try:
        yield
    finally:
        current.reset(token)
        delattr(connection, "tenant")


@pytest.mark.parametrize("hook", ["by_context", "by_connection"])
def test_tenants_have_counts_of_their_own(
    hook: str, twin: Twin, settings: Settings
) -> None:
    settings.FAST_COUNT_TENANT = f"tests.support.tenants.{hook}"
    counted = []

    for name in ("a", "b", "a"):
        with tenant(name):
            counted.append(twin.count(Essay.objects.all()))

    assert counted == [2, 3, 2]


@pytest.mark.parametrize("hook", ["by_context", "by_connection"])
def test_tenants_of_an_async_view_have_counts_of_their_own(
    hook: str, settings: Settings
) -> None:
    """As in ASGI: the connection is switched in the thread where it lives."""
    settings.FAST_COUNT_TENANT = f"tests.support.tenants.{hook}"

    def switch(name: str) -> None:
        Essay.objects.all().delete()
        add_essays({"a": 2, "b": 3}[name])
        setattr(connections["default"], "tenant", name)  # noqa: B010

    async def view(name: str) -> int:
        current.set(name)
        await sync_to_async(switch)(name)
        return await Essay.objects.acount()

    async def requests() -> list[int]:
        return [await view(name) for name in ("a", "b")]

    assert in_loop(requests()) == [2, 3]


def test_tenant_hook_may_be_a_function(twin: Twin, settings: Settings) -> None:
    settings.FAST_COUNT_TENANT = lambda connection: current.get()
    counted = []

    for name in ("a", "b"):
        with tenant(name):
            counted.append(twin.count(Essay.objects.all()))

    assert counted == [2, 3]


def test_tenant_hook_that_fails_leaves_plain_counts(
    twin: Twin, settings: Settings
) -> None:
    settings.FAST_COUNT_TENANT = "tests.support.tenants.broken"
    add_essays(2)
    twin.count(Essay.objects.all())
    add_essays(1)

    info = twin.info(Essay.objects.all())

    assert (info.value, info.source) == (3, "exact")
    assert not FastCount.objects.exists()


SCHEMAS = {"tenant_a": 2, "tenant_b": 3}


@pytest.fixture
def _schemas() -> Iterator[None]:
    """Put an essay table with another number of rows into each of two schemas."""
    with connection.cursor() as cursor:
        for schema, rows in SCHEMAS.items():
            cursor.execute(f"CREATE SCHEMA {schema}")
            cursor.execute(
                f"CREATE TABLE {schema}.testapp_essay"
                " AS SELECT n AS id, 'x' AS title FROM generate_series(1, %s) AS n",
                [rows],
            )
    yield
    connection.close()
    with connection.cursor() as cursor:
        for schema in SCHEMAS:
            cursor.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture
def _aliases(_schemas: None) -> Iterator[None]:
    """Configure a database alias for each schema."""
    for schema in SCHEMAS:
        default = connections.databases["default"]
        path = f"-c search_path={schema},public"
        options = {**default["OPTIONS"], "options": path}
        connections.databases[schema] = {
            **default,
            "NAME": connection.settings_dict["NAME"],
            "OPTIONS": options,
        }
    yield
    for schema in SCHEMAS:
        connections[schema].close()
        del connections[schema]
        del connections.databases[schema]


@pytest.mark.needs("schemas")
@pytest.mark.usefixtures("_aliases")
def test_aliases_of_two_schemas_have_counts_of_their_own(twin: Twin) -> None:
    counted = [
        twin.count(Essay.objects.using(schema)) for _ in range(2) for schema in SCHEMAS
    ]

    assert counted == [2, 3, 2, 3]


@pytest.mark.needs("schemas")
@pytest.mark.usefixtures("_schemas")
def test_search_path_changed_in_the_settings_of_one_alias_is_seen(
    twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = []
    for schema in (*SCHEMAS, *SCHEMAS):
        options = {
            **connection.settings_dict["OPTIONS"],
            "options": f"-c statement_timeout=5000 -c search_path={schema},public",
        }
        monkeypatch.setitem(connection.settings_dict, "OPTIONS", options)
        connection.close()

        counted.append(twin.count(Essay.objects.all()))
    monkeypatch.undo()

    assert counted == [2, 3, 2, 3]


@pytest.fixture
def _tenants(_schemas: None) -> Iterator[None]:
    """Configure an alias whose connection is switched from schema to schema."""
    connections.databases["tenants"] = {
        **connections.databases["default"],
        "ENGINE": "tests.support.tenant_backend",
        "NAME": connection.settings_dict["NAME"],
    }
    yield
    connections["tenants"].close()
    del connections["tenants"]
    del connections.databases["tenants"]


def _switch(schema: str) -> None:
    tenants: Any = connections["tenants"]
    tenants.set_schema(schema)


@pytest.mark.needs("schemas")
@pytest.mark.usefixtures("_tenants")
def test_schema_switched_on_the_connection_has_counts_of_its_own(twin: Twin) -> None:
    counted = []

    for schema in (*SCHEMAS, *SCHEMAS):
        _switch(schema)
        counted.append(twin.count(Essay.objects.using("tenants")))

    assert counted == [2, 3, 2, 3]


@pytest.mark.needs("schemas")
@pytest.mark.usefixtures("_tenants")
def test_schema_switched_in_an_async_view_has_counts_of_its_own() -> None:
    """The switch is made in the thread where the connection lives."""

    async def view(schema: str) -> int:
        await sync_to_async(_switch)(schema)
        return await Essay.objects.using("tenants").acount()

    async def requests() -> list[int]:
        return [await view(schema) for schema in (*SCHEMAS, *SCHEMAS)]

    assert in_loop(requests()) == [2, 3, 2, 3]


@pytest.mark.needs("schemas")
@pytest.mark.usefixtures("_tenants")
def test_kept_count_of_a_schema_answers_in_it(twin: Twin) -> None:
    _switch("tenant_b")
    twin.count(Essay.objects.using("tenants"))

    with watched("tenants") as statements:
        counted = twin.count(Essay.objects.using("tenants"))

    assert (counted, statements.sql) == (3, [])
