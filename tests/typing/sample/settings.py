"""Settings of the sample project, which no one but type checkers runs."""

from __future__ import annotations

SECRET_KEY = "sample"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django_reckon",
    "plain",
    "shop",
    "mistakes",
]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
