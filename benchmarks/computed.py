#!/usr/bin/env python
"""
What writes of rows that computed fields follow cost, beside Django and a peer.

Shelves with books on them: a shelf stores how many books it has and what they are
called. Books are created and renamed one by one in a transaction, one by one with the
fields recovered at the end, and in bulk; created also each in a transaction of its own,
and with the shelf read after each. All sides are measured in one run, in turn, each in
processes of its own: plain Django with the same columns, which nobody keeps; ours; and
django-computedfields in a virtual environment of its own. Trust the ratios and the
numbers of queries; the milliseconds are those of the machine.

Milliseconds are processors' time, of the client and of the PostgreSQL backend that
serves it, which is read from /proc; by the clock where that cannot be seen, as a note
says then. The JSON has both.

The models are the same, written without `prefetch_related`, which is what the guide of
django-computedfields begins with; its fast writer is on, as ours is. SQLite is in
memory; PostgreSQL is looked for on this host, or where PGHOST, PGPORT, PGUSER and
PGPASSWORD say, and its database "reckon_bench" is used.
"""

from __future__ import annotations

import sys
from pathlib import Path

# Started by its path, it would find typing among the files beside it.
sys.path.pop(0)
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from collections.abc import Sequence
from functools import partial

from benchmarks.computing import report
from benchmarks.computing.run import SIZES, SMALL, run
from benchmarks.counting import environments
from benchmarks.options import may_run, parser_of, publish

_say = partial(print, file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return 1 if a side failed or stored a wrong value."""
    parser = parser_of(
        __doc__, quick="10 x 10 only, in a minute", only="create, update, looped, bulk"
    )
    parser.add_argument(
        "--on",
        metavar="DATABASE",
        nargs="+",
        default=[""],
        help="only databases with such a word in their name: sqlite, postgresql",
    )
    parser.add_argument(
        "--sizes",
        metavar="SIZE",
        nargs="+",
        default=[size.name for size in SIZES],
        help="only these; by default all: %(default)s",
    )
    parser.add_argument(
        "--without", metavar="SIDE", nargs="+", default=[], help="leave these sides out"
    )
    options = parser.parse_args(arguments)
    if not may_run(environments.missing_packages(), _say):
        return 2
    names = [SMALL.name] if options.quick else options.sizes
    outcome = run(
        _say,
        sizes=[size for size in SIZES if size.name in names],
        only=options.only,
        on=options.on,
        without=options.without,
    )
    text = report.format_outcome(outcome)
    publish(text, report.format_json(outcome), options.json)
    return int(outcome.failed)


if __name__ == "__main__":
    raise SystemExit(main())
