"""Whether a database or a cache answers here, and if not, why and what helps."""

from __future__ import annotations

import importlib
import importlib.util
import socket
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, Literal, cast

from tests import choices

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from types import ModuleType

__all__ = ["ServerName", "obstacle"]

ServerName = Literal["postgresql", "mariadb", "redis"]

_TIMEOUT_SECONDS: Final = 3


@dataclass(frozen=True, slots=True)
class _Server:
    """What it takes to reach one kind of server."""

    title: str
    module: str
    requirement: str
    variables: str
    # Connects and hangs up, or raises the driver's error.
    greet: Callable[[ModuleType, choices.Address], None]


def _greet_postgresql(driver: ModuleType, address: choices.Address) -> None:
    driver.connect(
        host=address.host,
        port=address.port,
        user=address.user,
        password=address.password,
        dbname="postgres",
        connect_timeout=_TIMEOUT_SECONDS,
    ).close()


def _greet_mariadb(driver: ModuleType, address: choices.Address) -> None:
    driver.connect(
        host=address.host,
        port=address.port,
        user=address.user,
        password=address.password,
        connect_timeout=_TIMEOUT_SECONDS,
    ).close()


def _greet_redis(driver: ModuleType, address: choices.Address) -> None:
    client = driver.Redis(
        host=address.host, port=address.port, socket_connect_timeout=_TIMEOUT_SECONDS
    )
    with cast("AbstractContextManager[object]", client):
        client.ping()


_SERVERS: Final[dict[ServerName, _Server]] = {
    "postgresql": _Server(
        title="PostgreSQL",
        module="psycopg",
        requirement="psycopg[binary]>=3.2",
        variables="PGHOST, PGPORT, PGUSER and PGPASSWORD",
        greet=_greet_postgresql,
    ),
    "mariadb": _Server(
        title="MariaDB",
        module="MySQLdb",
        requirement="mysqlclient>=2.2.1",
        variables="MYSQL_HOST, MYSQL_TCP_PORT, MYSQL_USER and MYSQL_PWD",
        greet=_greet_mariadb,
    ),
    "redis": _Server(
        title="Redis",
        module="redis",
        requirement="redis>=5",
        variables="REDIS_HOST and REDIS_PORT",
        greet=_greet_redis,
    ),
}


@cache
def obstacle(name: ServerName) -> str | None:
    """Return why a server cannot be used and the remedy; None when it answers."""
    server = _SERVERS[name]
    address = choices.address_of(name)
    place = f"{address.host}:{address.port}"
    if not _listens(address):
        return (
            f"{server.title} does not answer at {place}."
            f" Start it, or set {server.variables}."
        )
    if not _has_driver(server):
        return _driver_remedy(server)
    try:
        server.greet(importlib.import_module(server.module), address)
    except Exception as error:  # noqa: BLE001 - each driver has its own error tree
        reason = " ".join(str(error).split())
        return (
            f"{server.title} at {place} refuses us: {reason}. Check {server.variables}."
        )
    return None


def _listens(address: choices.Address) -> bool:
    if address.host.startswith("/"):
        # A directory holds the socket; the driver will tell.
        return True
    try:
        place = (address.host, address.port)
        socket.create_connection(place, timeout=_TIMEOUT_SECONDS).close()
    except OSError:
        return False
    return True


def _has_driver(server: _Server) -> bool:
    """Look for the driver; the one without a Linux wheel is built once, if it can."""
    if importlib.util.find_spec(server.module) is not None:
        return True
    if server.module != "MySQLdb":
        return False
    command = [sys.executable, "-m", "pip", "install", "--quiet", server.requirement]
    subprocess.run(command, check=False, capture_output=True)
    importlib.invalidate_caches()
    return importlib.util.find_spec(server.module) is not None


def _driver_remedy(server: _Server) -> str:
    install = f'python -m pip install "{server.requirement}"'
    if server.module == "MySQLdb":
        return (
            f"{server.title} answers, but its driver is missing and does not build."
            f" Install libmariadb-dev, pkg-config and a C compiler, then: {install}"
        )
    return f"{server.title} answers, but its driver is missing. Run: {install}"
