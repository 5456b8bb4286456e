"""
One measurement: ``python -m benchmarks.computing.inside``.

Standard input has one JSON object: side, database, task, shelves, books, rounds. What
is printed is another: queries, and the seconds of every round by the clock and of the
processors.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

from benchmarks.computing.inside.setup import set_up


def main() -> None:
    """Set up Django for a side and measure."""
    wanted: dict[str, Any] = json.load(sys.stdin)
    set_up(wanted["side"], wanted["database"], "benchmarks.computing.world")
    # Rests on Django's models, which exist only after setup().
    measuring = importlib.import_module("benchmarks.computing.inside.measuring")
    found = measuring.measure(
        wanted["task"], wanted["shelves"], wanted["books"], wanted["rounds"]
    )
    print(json.dumps(found))


if __name__ == "__main__":
    main()
