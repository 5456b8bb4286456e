"""
One measurement: ``python -m benchmarks.keeping.inside``.

Standard input has one JSON object: side, database, task, rows, rounds. What is printed
is another: what each round took, and the peak of the memory.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import sys
from typing import Any

from benchmarks.computing.inside.setup import set_up
from benchmarks.keeping.figures import UNTUNED


def main() -> None:
    """Set up Django for a side and measure."""
    wanted: dict[str, Any] = json.load(sys.stdin)
    set_up(
        wanted["side"],
        wanted["database"],
        "benchmarks.keeping.world",
        tuned=wanted["task"] not in UNTUNED,
    )
    # Rests on Django's models, which exist only after setup().
    measuring = importlib.import_module("benchmarks.keeping.inside.measuring")
    # Standard output belongs to the answer, whatever a command says there.
    with contextlib.redirect_stdout(sys.stderr):
        found = measuring.measure(wanted["task"], wanted["rows"], wanted["rounds"])
    print(json.dumps(found))


if __name__ == "__main__":
    main()
