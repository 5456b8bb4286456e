"""Django as one side has it."""

from __future__ import annotations

from typing import Any

import django
from django.conf import settings

from benchmarks.computing.sides import FACES, SIDES


def set_up(side_name: str, database: dict[str, Any], world: str) -> None:
    """Set up Django for a side, with the models of a world."""
    side = SIDES[side_name]
    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", *side.apps, world],
        DATABASES={"default": database},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        BENCH_FACE=FACES[side.name],
        **side.options,
    )
    django.setup()
