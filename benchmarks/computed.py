#!/usr/bin/env python
"""
What writes of rows that computed fields follow cost beside django-computedfields.

Shelves with books on them: a shelf stores how many books it has and what they are
called. Books are created and renamed one by one in a transaction, one by one with the
fields recovered at the end, and in bulk; created also each in a transaction of its own,
and with the shelf read after each. Both sides are measured in one run, in turn, each in
processes and a virtual environment of its own. Trust the ratios and the numbers of
queries; the milliseconds are those of the machine.

The models are the same, written without `prefetch_related`, which is what the guide of
django-computedfields begins with; its fast writer is on, as ours is. SQLite is in
memory; PostgreSQL is looked for on this host, or where PGHOST, PGPORT, PGUSER and
PGPASSWORD say, and its database "reckon_bench" is used.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    # Started by its path, Python finds only what lies beside it.
    sys.path[0] = str(ROOT)

from benchmarks.computing import report  # noqa: E402
from benchmarks.computing.run import LARGE, SMALL, TASKS, run  # noqa: E402
from benchmarks.counting import environments  # noqa: E402

_say = partial(print, file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the status to end with."""
    options = _options(arguments)
    if missing := environments.missing_packages():
        _say(f"Packages are missing: {', '.join(missing)}. Run:")
        _say("python -m pip install -e '.[postgresql,redis]'")
        return 2
    sizes = (SMALL,) if options.quick else (SMALL, LARGE)
    tasks = [task for task in TASKS if any(word in task for word in options.only)]
    outcome = run(_say, sizes=sizes, tasks=tasks)
    as_json = report.format_json(outcome)
    if options.json == "-":
        print(as_json)
    elif options.json:
        Path(options.json).write_text(as_json + "\n", encoding="utf-8")
    # Standard output belongs to whoever asked for JSON there.
    stream = sys.stderr if options.json == "-" else sys.stdout
    print(report.format_outcome(outcome), file=stream)
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").strip().splitlines()[0], allow_abbrev=False
    )
    parser.add_argument(
        "--quick", action="store_true", help="10 shelves only, in under a minute"
    )
    parser.add_argument(
        "--json", metavar="FILE", help="write the figures there too; - for the output"
    )
    parser.add_argument(
        "--only",
        metavar="WORD",
        nargs="+",
        default=[""],
        help="only tasks with such a word in their name: create, update, looped, ...",
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
