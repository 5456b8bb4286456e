"""
Options of the test run, and what must happen before Django reads its settings.

Loaded with ``-p tests.plugin``: a conftest.py would come too late, for pytest-django
imports the settings before it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest

from tests import choices

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "pytest_addoption",
    "pytest_configure",
    "pytest_load_initial_conftests",
    "pytest_report_header",
    "pytest_sessionstart",
    "pytest_unconfigure",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("reckon", "database and cache under test")
    group.addoption(
        "--db",
        choices=get_args(choices.DatabaseName),
        help=f"database under test (default: {choices.DATABASE_VARIABLE}, else sqlite)",
    )
    group.addoption(
        "--cache",
        choices=get_args(choices.CacheName),
        help=f"cache under test (default: {choices.CACHE_VARIABLE}, else locmem)",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: Sequence[str]
) -> None:
    """Put the choice where the settings look; xdist workers inherit it."""
    options = parser.parse_known_args(list(args))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    if options.db:
        os.environ[choices.DATABASE_VARIABLE] = options.db
    if options.cache:
        os.environ[choices.CACHE_VARIABLE] = options.cache
    if not _is_worker():
        os.environ[choices.RUN_VARIABLE] = str(os.getpid())


def pytest_sessionstart(session: pytest.Session) -> None:
    _scratch().mkdir(exist_ok=True)


def pytest_report_header(config: pytest.Config) -> str:
    return f"reckon: {choices.chosen_database()}, {choices.chosen_cache()}"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "needs(*capabilities): skip where the database lacks one of them,"
        " see tests/capabilities.py",
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    if not _is_worker():
        shutil.rmtree(_scratch(), ignore_errors=True)


def _is_worker() -> bool:
    return "PYTEST_XDIST_WORKER" in os.environ


def _scratch() -> Path:
    """Return the directory of the SQLite files, without importing the settings."""
    return Path(tempfile.gettempdir()) / f"reckon-tests{choices.run_suffix()}"
