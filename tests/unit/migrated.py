"""Managers that a project takes along into its migrations."""

from __future__ import annotations

from typing import Any

from django_reckon.managers import FastCountManager
from tests.testapp.models import OrderQuerySet

__all__ = ["BuiltManager", "DerivedManager", "MigratedManager"]


class MigratedManager(FastCountManager[Any]):
    """What data migrations find on the model."""

    use_in_migrations = True


class DerivedManager(MigratedManager):
    """One level further down."""


class BuiltManager(FastCountManager.from_queryset(OrderQuerySet)):  # type: ignore[misc]  # made at run time
    """Made as Django wants managers from querysets for migrations."""

    use_in_migrations = True
