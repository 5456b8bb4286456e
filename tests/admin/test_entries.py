"""What the listings hang on asks nothing of the database, whatever the setting says."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Final

import pytest
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations import CreateModel
from django.db.migrations.loader import MigrationLoader

from django_reckon.models import ComputedModelEntry, ContributingModelEntry
from tests.source import PACKAGE

if TYPE_CHECKING:
    from pytest_django import Settings

ENTRIES: Final[tuple[type[models.Model], ...]] = (
    ComputedModelEntry,
    ContributingModelEntry,
)
each_entry = pytest.mark.parametrize("entry", ENTRIES)


@pytest.mark.django_db(databases=["default", "other"])
@pytest.mark.parametrize("value", [True, False], ids=["on", "off"])
def test_switching_the_setting_asks_for_no_migration(
    settings: Settings, *, value: bool
) -> None:
    settings.COMPUTEDFIELDS_ADMIN = value
    output = io.StringIO()

    try:
        call_command("makemigrations", PACKAGE, check=True, dry_run=True, stdout=output)
    except SystemExit:
        pytest.fail(f"A migration is missing:\n{output.getvalue()}")


def test_migration_of_the_listings_touches_no_table() -> None:
    migration = MigrationLoader(None).graph.nodes[PACKAGE, "0002_listings"]

    assert len(migration.operations) == len(ENTRIES)
    for operation in migration.operations:
        assert isinstance(operation, CreateModel)
        assert operation.options["proxy"]
        assert operation.fields == []


@each_entry
def test_entry_has_no_table_of_its_own(db: None, entry: type[models.Model]) -> None:
    tables = connection.introspection.table_names()

    assert entry._meta.proxy
    assert f"django_reckon_{entry._meta.model_name}" not in tables
    assert entry._meta.db_table == "django_content_type"


def test_entries_bring_the_permission_to_view_alone() -> None:
    state = MigrationLoader(None).project_state((PACKAGE, "0002_listings"))

    for entry in ENTRIES:
        migrated = state.apps.get_model(PACKAGE, entry.__name__)
        assert migrated._meta.default_permissions == ("view",)
        assert entry._meta.default_permissions == ("view",)


def test_dumpdata_is_not_disturbed(db: None) -> None:
    """A model without a table would end it with a database error."""
    output = io.StringIO()

    call_command("dumpdata", PACKAGE, "contenttypes", stdout=output)

    dumped = {row["model"] for row in json.loads(output.getvalue())}
    assert dumped == {"contenttypes.contenttype"}
