"""The options that benchmarks share, and where results go."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path


def parser_of(
    description: str | None, *, quick: str, only: str | None = None
) -> argparse.ArgumentParser:
    """Return a parser; quick says what it leaves out, only names tasks to choose."""
    parser = argparse.ArgumentParser(
        description=(description or "").strip().splitlines()[0], allow_abbrev=False
    )
    parser.add_argument("--quick", action="store_true", help=quick)
    parser.add_argument(
        "--json", metavar="FILE", help="write the figures there too; - for the output"
    )
    if only is not None:
        parser.add_argument(
            "--only",
            metavar="WORD",
            nargs="+",
            default=[""],
            help=f"only tasks with such a word in their name: {only}, ...",
        )
    return parser


def publish(text: str, as_json: str, where: str | None) -> None:
    """Print the text, and write the JSON where it was asked for."""
    if where == "-":
        print(as_json)
    elif where:
        Path(where).write_text(as_json + "\n", encoding="utf-8")
    # Standard output belongs to whoever asked for JSON there.
    print(text, file=sys.stderr if where == "-" else sys.stdout)


def may_run(missing: list[str], say: Callable[[str], None]) -> bool:
    """Tell whether nothing is missing, and say how to get it otherwise."""
    if missing:
        say(f"Packages are missing: {', '.join(missing)}. Run:")
        say("python -m pip install -e '.[postgresql,redis]'")
    return not missing
