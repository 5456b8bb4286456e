"""The migrations describe the models as they are."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

from tests.source import PACKAGE


@pytest.mark.django_db(databases=["default", "other"])
def test_no_migration_is_missing() -> None:
    output = StringIO()

    try:
        call_command("makemigrations", PACKAGE, check=True, dry_run=True, stdout=output)
    except SystemExit:
        pytest.fail(f"Run makemigrations {PACKAGE}:\n{output.getvalue()}")
