"""
The tables of the world of changes, as its models are today; nothing to regenerate.

An app without migrations would be created before all others, and a foreign key to
``django_content_type`` needs that table to be there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.apps import apps
from django.db import migrations
from django.db.migrations.state import ModelState

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.operations.base import Operation

_MODELS = list(apps.get_app_config("changesapp").get_models())


def _create_tables(_: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Create all tables in one go: their foreign keys may point in circles."""
    for model in _MODELS:
        if model._meta.can_migrate(editor.connection):
            editor.create_model(model)


def _states() -> list[Operation]:
    return [
        migrations.CreateModel(
            name=state.name,
            fields=list(state.fields.items()),
            options=state.options,
            bases=state.bases,
            managers=state.managers,
        )
        for state in map(ModelState.from_model, _MODELS)
    ]


class Migration(migrations.Migration):
    initial = True
    dependencies: ClassVar = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations: ClassVar = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(_create_tables)],
            state_operations=_states(),
        )
    ]
