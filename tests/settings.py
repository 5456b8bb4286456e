"""Django settings of the tests; the databases and the cache follow the environment."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any, Final

from tests import choices

SECRET_KEY = "only-for-tests"
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "tests.urls"
STATIC_URL = "static/"
# The real hashers are slow on purpose.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.admin",
    "django.contrib.staticfiles",
    "django_reckon",
    "tests.testapp",
    "tests.changesapp",
    "tests.computedapp",
]

# A model of the tests has arrays, though no database here needs that app's types.
SILENCED_SYSTEM_CHECKS = ["postgres.E005"]

MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Seconds until a server that does not answer is given up.
_CONNECT_TIMEOUT: Final = 3
# Seconds a SQLite writer waits for another one.
_LOCK_TIMEOUT: Final = 20


def _database(name: str) -> dict[str, Any]:
    """Return the DATABASES entry of the chosen vendor for one database name."""
    vendor = choices.chosen_database()
    if vendor == "sqlite":
        return _sqlite(name)
    address = choices.address_of(vendor)
    suffix = choices.run_suffix()
    shared: dict[str, Any] = {
        "NAME": name,
        "HOST": address.host,
        "PORT": str(address.port),
        "USER": address.user,
        "PASSWORD": address.password,
    }
    if vendor == "postgresql":
        return shared | {
            "ENGINE": "django.db.backends.postgresql",
            "OPTIONS": {"connect_timeout": _CONNECT_TIMEOUT},
            "TEST": {"NAME": f"test_{name}{suffix}"},
        }
    return shared | {
        "ENGINE": "django.db.backends.mysql",
        "OPTIONS": {
            "charset": "utf8mb4",
            "connect_timeout": _CONNECT_TIMEOUT,
            "isolation_level": "read committed",
            # It would look for the best order of twenty joins for a quarter of an hour.
            "init_command": "SET SESSION optimizer_search_depth = 5",
        },
        "TEST": {"NAME": f"test_{name}{suffix}", "CHARSET": "utf8mb4"},
    }


def _sqlite(name: str) -> dict[str, Any]:
    """Return a database in a file: one in memory cannot be shared by threads."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(SCRATCH / f"{name}.sqlite3"),
        "OPTIONS": {
            "timeout": _LOCK_TIMEOUT,
            "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;",
        },
        "TEST": {"NAME": str(SCRATCH / f"test_{name}.sqlite3")},
    }


def _cache() -> dict[str, Any]:
    """Return the CACHES entry of the chosen cache."""
    if choices.chosen_cache() == "redis":
        return {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": REDIS_KEY_PREFIX,
            "OPTIONS": {
                "socket_connect_timeout": _CONNECT_TIMEOUT,
                "socket_timeout": _LOCK_TIMEOUT,
            },
        }
    return {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "default",
    }


# Holds the database files of one run; the plugin makes it and removes it.
SCRATCH = Path(tempfile.gettempdir()) / f"reckon-tests{choices.run_suffix()}"

# Under one prefix per process, whatever database numbers the server offers.
REDIS_KEY_PREFIX = (
    f"reckon{choices.run_suffix()}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
)
_redis = choices.address_of("redis")
REDIS_URL = f"redis://{_redis.host}:{_redis.port}/{choices.redis_number()}"

DATABASES = {"default": _database("reckon"), "other": _database("reckon_other")}
CACHES: dict[str, dict[str, Any]] = {
    "default": _cache(),
    "locmem": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "locmem",
    },
    "dummy": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
}
