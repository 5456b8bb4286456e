"""The demo in a process and a SQLite file of its own, with its own settings."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

__all__ = ["LIMIT", "ROOT", "Demo"]

ROOT: Final = Path(__file__).resolve().parents[2]
MANAGE: Final = ROOT / "demo" / "manage.py"

# Flights that the tests load, so that loading takes a second.
LIMIT: Final = 2_000


@dataclass(frozen=True, slots=True)
class Demo:
    """One database file, and the commands that work on it."""

    file: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a management command of the demo and return how it ended."""
        return self._run(str(MANAGE), *arguments)

    def run_code(self, code: str) -> subprocess.CompletedProcess[str]:
        """Run Python code with the demo's settings, from the project's folder."""
        return self._run("-c", code)

    def start(self, *arguments: str, log: Path) -> subprocess.Popen[str]:
        """Start a management command whose output goes to a file."""
        with log.open("w") as output:
            return subprocess.Popen(
                [sys.executable, str(MANAGE), *arguments],
                env={**self.environment(), "DEMO_SQL_LOG": f"{log}.sql"},
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
            )

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return what SQLite itself says, with neither Django nor us between."""
        with closing(sqlite3.connect(self.file)) as connection:
            return connection.execute(sql).fetchall()

    def execute(self, sql: str) -> None:
        """Have SQLite itself change the file."""
        with closing(sqlite3.connect(self.file)) as connection, connection:
            connection.execute(sql)

    def count(self, condition: str = "1") -> int:
        """Return how many flights meet a condition in SQL."""
        [(number,)] = self.query(
            f"SELECT COUNT(*) FROM flights_flight WHERE {condition}"
        )
        return int(number)

    def copy_to(self, folder: Path) -> Demo:
        """Return the same data in another file, free to be changed."""
        return Demo(Path(shutil.copy(self.file, folder)))

    def environment(self) -> dict[str, str]:
        """Return the environment of the demo's processes."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("DEMO_", "DJANGO_"))
        }
        return {
            **inherited,
            "DATABASE_URL": f"sqlite:///{self.file}",
            "DJANGO_SETTINGS_MODULE": "demo.project.settings",
        }

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
