#!/usr/bin/env python
"""Run a management command of the demo, from any working directory."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Final

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

ROOT: Final = Path(__file__).resolve().parent.parent


def choose_database(arguments: list[str]) -> list[str]:
    """
    Return the arguments without `--database-url`, which goes to the environment.

    Django reads its settings before a command parses its options, so this one
    has to be taken out first.
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--database-url")
    found, rest = parser.parse_known_args(arguments)
    if found.database_url is not None:
        os.environ["DATABASE_URL"] = found.database_url
    return rest


def main() -> None:
    """Set up the demo's settings and hand over to Django."""
    sys.path[0] = str(ROOT)
    os.environ["DJANGO_SETTINGS_MODULE"] = "demo.project.settings"
    arguments = choose_database(sys.argv[1:])

    try:
        execute_from_command_line([sys.argv[0], *arguments])
    except ImproperlyConfigured as exc:
        # A wrong database URL or a missing driver: the sentence says it all.
        sys.exit(f"{exc}")


if __name__ == "__main__":
    main()
