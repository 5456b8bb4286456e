"""
One measurement: ``python -m benchmarks.computing.inside``.

Standard input has one JSON object: side, database, task, shelves, books, rounds. What
is printed is another: queries, and the seconds of every round.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

import django
from django.conf import settings

from benchmarks.computing.sides import FACES, SIDES


def main() -> None:
    """Set up Django for a side and measure."""
    wanted: dict[str, Any] = json.load(sys.stdin)
    side = SIDES[wanted["side"]]
    settings.configure(
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            *side.apps,
            "benchmarks.computing.world",
        ],
        DATABASES={"default": wanted["database"]},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        BENCH_FACE=FACES[side.name],
        **side.options,
    )
    django.setup()
    # Rests on Django's models, which exist only after setup().
    measuring = importlib.import_module("benchmarks.computing.inside.measuring")
    found = measuring.measure(
        wanted["task"], wanted["shelves"], wanted["books"], wanted["rounds"]
    )
    print(json.dumps(found))


if __name__ == "__main__":
    main()
