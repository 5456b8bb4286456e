"""The tables of this app, as its models are today; nothing to regenerate."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from tests.support.migrating import operations_of


class Migration(migrations.Migration):
    initial = True
    dependencies: ClassVar = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations: ClassVar = operations_of("changesapp")
