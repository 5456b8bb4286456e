"""Django as one side has it."""

from __future__ import annotations

from typing import Any

import django
from django.conf import settings

from benchmarks.computing.sides import FACES, SIDES


def set_up(
    side_name: str, database: dict[str, Any], world: str, *, tuned: bool = True
) -> None:
    """
    Set up Django for a side.

    Args:
        side_name: Whose process it is.
        database: DATABASES["default"].
        world: The app of the models.
        tuned: Whether the side has its own settings; else it goes by its defaults.
    """
    side = SIDES[side_name]
    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", *side.apps, world],
        DATABASES={"default": database},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        BENCH_FACE=FACES[side.name],
        **(side.options if tuned else {}),
    )
    django.setup()
