"""
Migrations that make an app's tables as its models are today.

An app without migrations would be created before all others, and a foreign key to
``django_content_type`` needs that table to be there.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import migrations
from django.db.migrations.state import ModelState

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.operations.base import Operation

__all__ = ["operations_of"]


def operations_of(label: str) -> list[Operation]:
    """Return the operations that make every table of an app."""
    return [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(partial(_create_tables, label))],
            state_operations=_states(label),
        )
    ]


def _create_tables(label: str, _: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Create all tables in one go: their foreign keys may point in circles."""
    for model in apps.get_app_config(label).get_models():
        if model._meta.can_migrate(editor.connection):
            editor.create_model(model)


def _states(label: str) -> list[Operation]:
    models = apps.get_app_config(label).get_models()
    return [
        migrations.CreateModel(
            name=state.name,
            fields=list(state.fields.items()),
            options=state.options,
            bases=state.bases,
            managers=state.managers,
        )
        for state in map(ModelState.from_model, models)
    ]
