"""Database URLs, read into what Django's DATABASES setting wants."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import SplitResult, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

ENGINES: Final = {
    "sqlite": "django.db.backends.sqlite3",
    "postgres": "django.db.backends.postgresql",
    "postgresql": "django.db.backends.postgresql",
    "mysql": "django.db.backends.mysql",
    "mariadb": "django.db.backends.mysql",
}

OPTIONS: Final[dict[str, dict[str, Any]]] = {
    # Readers and the one writer of the demo do not wait for each other.
    "django.db.backends.sqlite3": {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
    },
    "django.db.backends.postgresql": {},
    "django.db.backends.mysql": {"charset": "utf8mb4"},
}


def parse_database_url(url: str) -> dict[str, Any]:
    """
    Return one entry of Django's DATABASES setting.

    Args:
        url: `sqlite:///relative.sqlite3`, `sqlite:////absolute.sqlite3`,
            `postgres://user:password@host:port/name` or `mysql://...`;
            special characters in user and password are percent-encoded.

    Raises:
        ImproperlyConfigured: The scheme is unknown or the name is missing.
    """
    parts = urlsplit(url)
    engine = ENGINES.get(parts.scheme)
    if engine is None:
        raise ImproperlyConfigured(
            f"Database URL {url!r} starts with {parts.scheme!r}. "
            f"Use one of {', '.join(sorted(ENGINES))}, as in "
            f"'postgres://postgres@127.0.0.1:5432/flights'."
        )
    name = unquote(parts.path.removeprefix("/"))
    if not name:
        raise ImproperlyConfigured(
            f"Database URL {url!r} names no database. Put its name after the last '/'."
        )
    return {
        "ENGINE": engine,
        "NAME": name,
        "OPTIONS": OPTIONS[engine],
        **_server(parts),
    }


def _server(parts: SplitResult) -> dict[str, str]:
    """Return user, password, host and port; empty where the URL says nothing."""
    return {
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
    }
