"""Libraries that cache the results of Django's own managers."""

from __future__ import annotations

from typing import Any

from django.db import models


def manager() -> models.Manager[Any]:
    """Return Django's manager; these libraries find it by themselves."""
    return models.Manager()


def forget() -> None:
    """Do nothing: they have no tables."""


def wake() -> None:
    """Do nothing: they do not precache."""


def launches() -> int:
    """Return 0: they do not precache."""
    return 0
