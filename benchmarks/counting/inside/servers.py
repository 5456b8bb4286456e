"""Whether the servers answer, asked with the drivers of django-reckon's side."""

from __future__ import annotations

from typing import Any

import psycopg
import redis
from psycopg import sql

_TIMEOUT_SECONDS = 3


def greet_postgresql(database: dict[str, Any]) -> str | None:
    """Make the database if it is missing; return why that cannot be, or None."""
    try:
        with psycopg.connect(
            host=database["HOST"],
            port=database["PORT"],
            user=database["USER"],
            password=database["PASSWORD"],
            dbname="postgres",
            connect_timeout=_TIMEOUT_SECONDS,
            autocommit=True,
        ) as connection:
            _make_database(connection, database["NAME"])
    except psycopg.Error as error:
        return _in_one_line(error)
    return None


def greet_redis(url: str) -> str | None:
    """Return why Redis cannot be used, or None."""
    try:
        with redis.Redis.from_url(
            url, socket_connect_timeout=_TIMEOUT_SECONDS
        ) as client:
            client.ping()
    except redis.RedisError as error:
        return _in_one_line(error)
    return None


def _make_database(connection: psycopg.Connection[Any], name: str) -> None:
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    if found.fetchone() is None:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _in_one_line(error: Exception) -> str:
    return " ".join(str(error).split())
