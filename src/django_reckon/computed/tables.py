"""The tables of computed fields: gates for writers, and what is left for later."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.db.models.expressions import Combinable
from typing_extensions import override


class Gate(models.Model):
    """
    One group of tables that computed fields tie together.

    Only MariaDB and MySQL use it; PostgreSQL has locks that need no row.
    """

    name: models.CharField[str, str] = models.CharField(
        max_length=32, primary_key=True, help_text="Digest of the group's name."
    )

    class Meta:
        verbose_name = "gate"
        verbose_name_plural = "gates"

    @override
    def __str__(self) -> str:
        return self.name


class PendingUpdate(models.Model):
    """
    Rows that a write made stale, left to be brought up to date in the background.

    It is written in the transaction of the write, and deleted in the transaction that
    brings the rows up to date.
    """

    target: models.CharField[str, str] = models.CharField(
        max_length=255, help_text="Label of the rows' model."
    )
    lookup: models.TextField[str, str] = models.TextField(
        help_text="Leads from the rows to the keys."
    )
    loose: models.BooleanField[bool, bool] = models.BooleanField(
        default=False, help_text="Whether keys may be of other models' rows, too."
    )
    # Any: keys are plain, and of several types.
    keys: models.JSONField[list[Any] | None, list[Any] | None] = models.JSONField(
        null=True, help_text="Where to look; null for all rows."
    )
    size: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(
        help_text="Number of keys."
    )
    fields: models.JSONField[list[str], list[str]] = models.JSONField(
        help_text="Names of the computed fields."
    )
    created_at: models.DateTimeField[dt.datetime, dt.datetime] = models.DateTimeField(
        help_text="When the write was committed."
    )
    attempts: models.PositiveSmallIntegerField[int | Combinable, int] = (
        models.PositiveSmallIntegerField(default=0, help_text="How often it failed.")
    )
    error: models.TextField[str, str] = models.TextField(
        blank=True, default="", help_text="Why, the last time."
    )

    class Meta:
        verbose_name = "pending update"
        verbose_name_plural = "pending updates"

    @override
    def __str__(self) -> str:
        return f"{self.target} ({', '.join(self.fields)})"
