#!/usr/bin/env python
"""
What keeping computed fields right costs beside SQL by hand.

Parents store the sum and the number of their children, by Python methods: 1,000 parents
of 100,000 children. Children are saved one by one, created and updated in bulk, and
everything is rebuilt. Beside ours stand the same plain writes with one UPDATE .. FROM
behind them, and django-computedfields with its fast writer, told of what is written in
bulk. Then four levels of fields, the commands and their memory, and what a statement
pays while a refresh waits.

Milliseconds are processors' time, of the client and of the PostgreSQL backend that
serves it, which is read from /proc; by the clock where that cannot be seen, as a note
says then. All sides are measured in one run, in turn, each in processes of its own, and
what they stored is compared with plain aggregates after each round: a wrong value ends
the task. Trust the ratios and the numbers of queries.

PostgreSQL is looked for on this host, or where PGHOST, PGPORT, PGUSER and PGPASSWORD
say, and its database "reckon_bench" is used.
"""

from __future__ import annotations

import sys
from pathlib import Path

# Started by its path, it would find typing among the files beside it.
sys.path.pop(0)
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from collections.abc import Sequence
from functools import partial

from benchmarks.counting import environments
from benchmarks.keeping import report
from benchmarks.keeping.run import FULL, QUICK, run
from benchmarks.options import may_run, parser_of, publish

_say = partial(print, file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return 1 if a side failed or stored a wrong value."""
    parser = parser_of(
        __doc__,
        quick="a fifth of the rows, in a minute",
        only="saves, bulk_create, update, rebuild, levels, memory, wrapper",
    )
    options = parser.parse_args(arguments)
    if not may_run(environments.missing_packages(), _say):
        return 2
    outcome = run(_say, QUICK if options.quick else FULL, options.only)
    text = report.format_outcome(outcome)
    publish(text, report.format_json(outcome), options.json)
    return int(outcome.failed)


if __name__ == "__main__":
    raise SystemExit(main())
