"""
Django settings of the demo.

Three environment variables change them:

- `DATABASE_URL`: where the flights are kept; a SQLite file beside this package
  when unset.
- `DEMO_REDIS_URL`: keep the cache tier in Redis; in this process's memory when unset.
  The demo empties that Redis database: give it one of its own, as in
  `redis://127.0.0.1:6379/15`.
- `DEMO_SQL_LOG`: a file that every statement is written to.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from demo.project.database import parse_database_url

DEMO_DIR: Final = Path(__file__).resolve().parent.parent

SECRET_KEY = "demo-on-this-machine-only"
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
ROOT_URLCONF = "demo.project.urls"
ASGI_APPLICATION = "demo.project.asgi.application"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_reckon",
    "demo.flights",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
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

DATABASES = {
    "default": parse_database_url(
        os.environ.get("DATABASE_URL") or f"sqlite:///{DEMO_DIR / 'flights.sqlite3'}"
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = os.environ.get("DEMO_REDIS_URL")
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "reckon-demo",
    }
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        # Above the default of 300, so that measuring never culls what it measures.
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"
STATIC_URL = "/static/"

SQL_LOG = os.environ.get("DEMO_SQL_LOG")
# Django hands statements to the log only under DEBUG, which also makes each of them
# slower; so it stays off while the demo measures.
DEBUG = bool(SQL_LOG)
LOGGING: dict[str, Any] = {"version": 1, "disable_existing_loggers": False}
if SQL_LOG:
    LOGGING |= {
        "handlers": {"sql": {"class": "logging.FileHandler", "filename": SQL_LOG}},
        "loggers": {
            "django.db.backends": {
                "handlers": ["sql"],
                "level": "DEBUG",
                "propagate": False,
            }
        },
    }
