"""The demo's database URLs."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from demo.project.database import parse_database_url


@pytest.mark.parametrize(
    ("url", "engine", "expected"),
    [
        pytest.param(
            "postgres://postgres@127.0.0.1:5433/flights",
            "postgresql",
            ("flights", "postgres", "", "127.0.0.1", "5433"),
            id="postgres",
        ),
        pytest.param(
            "postgresql://me:p%40ss%2Fword@db/flights",
            "postgresql",
            ("flights", "me", "p@ss/word", "db", ""),
            id="encoded password",
        ),
        pytest.param(
            "mysql://root@localhost/flights",
            "mysql",
            ("flights", "root", "", "localhost", ""),
            id="mysql",
        ),
        pytest.param(
            "mariadb://root@localhost/flights",
            "mysql",
            ("flights", "root", "", "localhost", ""),
            id="mariadb",
        ),
        pytest.param(
            "sqlite:///flights.sqlite3",
            "sqlite3",
            ("flights.sqlite3", "", "", "", ""),
            id="sqlite, relative",
        ),
        pytest.param(
            "sqlite:////var/flights.sqlite3",
            "sqlite3",
            ("/var/flights.sqlite3", "", "", "", ""),
            id="sqlite, absolute",
        ),
    ],
)
def test_url_becomes_an_entry_of_databases(
    url: str, engine: str, expected: tuple[str, ...]
) -> None:
    entry = parse_database_url(url)

    assert entry["ENGINE"] == f"django.db.backends.{engine}"
    found = tuple(entry[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT"))
    assert found == expected


@pytest.mark.parametrize("url", ["oracle://host/name", "flights.sqlite3", ""])
def test_unknown_scheme_names_the_known_ones(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="Use one of mariadb, mysql"):
        parse_database_url(url)


@pytest.mark.parametrize("url", ["sqlite:///", "postgres://host", "mysql://host/"])
def test_missing_name_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="names no database"):
        parse_database_url(url)
