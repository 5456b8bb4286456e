#!/usr/bin/env python
"""
What counts cost beside django-fast-count, django-cacheops and django-cachalot.

All sides are measured in one run, each in processes and a virtual environment of its
own, and timed in turn, so that whatever else the machine does hits them alike. Trust
the ratios and the numbers of statements; the microseconds are those of the machine.

PostgreSQL and Redis are looked for on this host, or where PGHOST, PGPORT, PGUSER,
PGPASSWORD, REDIS_HOST and REDIS_PORT say. The table of rows stays in the database
"reckon_bench" for the next run; everything else in there is made anew. In Redis, keys
that begin with "reckon_bench" are used in database 9 and deleted.
"""

from __future__ import annotations

import sys
from pathlib import Path

# Started by its path, it would find typing among the files beside it.
sys.path.pop(0)
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import tempfile
from collections.abc import Sequence
from functools import partial

from benchmarks.counting import environments, report
from benchmarks.counting.place import FULL, QUICK
from benchmarks.counting.run import run
from benchmarks.options import may_run, parser_of, publish

_say = partial(print, file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the status to end with."""
    parser = parser_of(__doc__, quick="fewer rounds, in under a minute")
    options = parser.parse_args(arguments)
    if not may_run(environments.missing_packages(), _say):
        return 2
    with tempfile.TemporaryDirectory() as directory:
        outcome = run(QUICK if options.quick else FULL, Path(directory), _say)
    parts = (
        report.format_conditions(outcome),
        report.format_table(outcome.figures),
        report.summarise(outcome.figures),
        *outcome.notes,
    )
    publish("\n".join(parts), report.format_json(outcome), options.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
